from pathlib import Path

import numpy as np
import pytest

from service.inference.package import Package
from service.inference.session import Session
from service.inference.verified import verified


@pytest.fixture
def session(tiny_models: Path) -> Session:
    return verified(Package(tiny_models / "genre" / "1.0.0"))


def windows(count: int) -> np.ndarray:
    return np.random.default_rng(count).uniform(-80, 0, (count, 150, 40)).astype(np.float32)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 9, 17])
def test_any_number_of_windows_gives_as_many_answers(session: Session, count: int) -> None:
    many = windows(count)
    alone = np.concatenate([session.probabilities(one[None]) for one in many])
    np.testing.assert_allclose(session.probabilities(many), alone, atol=1e-5)


def test_only_four_batch_shapes_ever_reach_the_runtime(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes: set[int] = set()
    real = session.graph._session

    class Recorder:
        def run(self, names: list[str], feed: dict[str, np.ndarray]) -> list[np.ndarray]:
            shapes.update(len(batch) for batch in feed.values())
            result: list[np.ndarray] = real.run(names, feed)
            return result

    monkeypatch.setattr(session.graph, "_session", Recorder())
    for count in range(1, 20):
        session.logits(windows(count))
    assert shapes == {1, 2, 4, 8}


def test_softmax_sums_to_one_and_the_temperature_flattens_it(session: Session) -> None:
    sharp = session.probabilities(windows(5))
    np.testing.assert_allclose(sharp.sum(axis=1), 1, atol=1e-6)
    session.manifest = session.manifest.model_copy(update={"temperature": 4.0})
    assert (session.probabilities(windows(5)).max(axis=1) < sharp.max(axis=1)).all()


def test_sigmoids_are_independent(tiny_models: Path) -> None:
    gate = verified(Package(tiny_models / "gate" / "1.0.0"))
    loud = np.zeros((1, 150, 40), np.float32)
    np.testing.assert_allclose(gate.probabilities(loud), 1.0, atol=1e-6)
    np.testing.assert_allclose(gate.probabilities(loud - 100), 0.0, atol=1e-6)
