import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.outcomes import DEFAULT_TAG_THRESHOLD, Decisions, Outcome, Outcomes, combinations

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
    np.testing.assert_allclose(outcomes().weights(np.array([0.9, 0.2])), [0.18, 0.72, 0.02, 0.08])
    np.testing.assert_allclose(outcomes(exclusive=True).weights(np.array([0.7, 0.3])), [0.7, 0.3])


def test_a_row_has_the_order_of_the_labels_whatever_that_of_the_scores_is() -> None:
    np.testing.assert_array_equal(outcomes().row({"speech": 0.2, "music": 0.9}), [0.9, 0.2])
    assert outcomes().labels == ("music", "speech")


@given(music=probabilities, speech=probabilities)
def test_weights_are_a_distribution(music: float, speech: float) -> None:
    gate = np.array([music, speech])
    for weights in (
        outcomes().weights(gate),
        outcomes(thresholds={"music": 0.3, "speech": 0.9}).decisive_weights(gate),
    ):
        assert weights.sum() == pytest.approx(1)
        assert weights.min() >= 0


@pytest.mark.parametrize("exclusive", [False, True])
def test_many_rows_at_once_are_the_rows_one_by_one(exclusive: bool) -> None:
    rows = np.random.default_rng(1).dirichlet([1.0, 1.0], (3, 4))
    meant = outcomes(exclusive=exclusive, thresholds={"music": 0.3, "speech": 0.9})
    for weigh in (meant.weights, meant.decisive_weights):
        many = weigh(rows)
        assert many.shape == (3, 4, 2 if exclusive else 4)
        for place in np.ndindex(3, 4):
            np.testing.assert_allclose(many[place], weigh(rows[place]))


@given(music=probabilities, speech=probabilities, at=st.floats(0.05, 0.95))
def test_the_decision_is_what_the_thresholds_say(music: float, speech: float, at: float) -> None:
    decided = outcomes(thresholds={"music": at, "speech": 0.5}).decide({"music": music, "speech": speech})
    if abs(music - at) > 1e-9:
        assert decided.truth["music"] is (music > at)


def test_a_branch_says_other_below_its_threshold() -> None:
    decisions = Decisions(outcomes(), 3.0, {"genre": 0.5})
    assert decisions.detail("genre", {"rock": 0.4, "jazz": 0.3, "other": 0.3}) == "other"
    assert decisions.detail("genre", {"rock": 0.5, "jazz": 0.3, "other": 0.2}) == "rock"
    assert decisions.detail("scene", {"street": 0.4, "office": 0.3, "other": 0.3}) == "street"


def test_tags_have_thresholds_of_their_own_and_a_default() -> None:
    decisions = Decisions(outcomes(), 3.0, tag_thresholds={"Dog": 0.2})
    assert (decisions.tag_threshold("Dog"), decisions.tag_threshold("Cat")) == (0.2, DEFAULT_TAG_THRESHOLD)
    assert decisions.has_tags
    assert not Decisions(outcomes(), 3.0).has_tags
