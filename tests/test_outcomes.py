import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.outcomes import Outcome, Outcomes, combinations

probabilities = st.floats(0, 1)


def outcomes(*, exclusive: bool = False, thresholds: dict[str, float] | None = None) -> Outcomes:
    truths = combinations(["music", "speech"], exclusive=exclusive)
    return Outcomes(
        tuple(Outcome(str(number), "route", None, truth) for number, truth in enumerate(truths)),
        thresholds or {"music": 0.5, "speech": 0.5},
        exclusive,
    )


def test_independent_labels_make_every_combination() -> None:
    assert combinations(["music", "speech"], exclusive=False) == [
        {"music": True, "speech": True},
        {"music": True, "speech": False},
        {"music": False, "speech": True},
        {"music": False, "speech": False},
    ]


def test_exclusive_labels_make_one_outcome_each() -> None:
    assert combinations(["a", "b"], exclusive=True) == [{"a": True, "b": False}, {"a": False, "b": True}]


def test_weights_by_hand() -> None:
    gate = {"music": 0.9, "speech": 0.2}
    np.testing.assert_allclose(outcomes().weights(gate), [0.18, 0.72, 0.02, 0.08])
    np.testing.assert_allclose(outcomes(exclusive=True).weights({"music": 0.7, "speech": 0.3}), [0.7, 0.3])


@given(music=probabilities, speech=probabilities)
def test_weights_are_a_distribution(music: float, speech: float) -> None:
    gate = {"music": music, "speech": speech}
    for weights in (
        outcomes().weights(gate),
        outcomes(thresholds={"music": 0.3, "speech": 0.9}).decisive_weights(gate),
    ):
        assert weights.sum() == pytest.approx(1)
        assert weights.min() >= 0


@given(music=probabilities, speech=probabilities, at=st.floats(0.05, 0.95))
def test_the_decision_is_what_the_thresholds_say(music: float, speech: float, at: float) -> None:
    decided = outcomes(thresholds={"music": at, "speech": 0.5}).decide({"music": music, "speech": speech})
    if abs(music - at) > 1e-9:
        assert decided.truth["music"] is (music > at)
