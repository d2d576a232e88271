import numpy as np
import pytest
from numpy.typing import NDArray

from tests.tones import noise
from tests.training.augment.takes import no_other, take_of
from training.augment.waveform import Equalise


def response_db(plan: Equalise, seed: int, length: int = 16_000) -> NDArray[np.float64]:
    """Measured with an impulse."""
    impulse = np.zeros(length, dtype=np.float32)
    impulse[length // 2] = 1
    changed = plan.apply(take_of(impulse), no_other, np.random.default_rng(seed)).samples
    decibels: NDArray[np.float64] = 20 * np.log10(np.abs(np.fft.rfft(changed.astype(np.float64))))
    return decibels


def test_the_response_is_smooth_within_its_limit_and_random() -> None:
    plan = Equalise(probability=1, max_db=9, points=6)
    responses = np.array([response_db(plan, seed) for seed in range(30)])
    assert np.abs(responses).max() <= 9.01
    assert np.abs(responses).max() > 8
    steps = np.abs(np.diff(responses[:, 200:], axis=1))
    assert steps.max() < 0.2, "per hertz, above 200 Hz"
    assert responses.std(axis=0).min() > 2


def test_control_points_are_octaves_apart_and_hit_exactly() -> None:
    plan, seed = Equalise(probability=1, max_db=9, points=3), 4
    rng = np.random.default_rng(seed)
    rng.random()
    expected = rng.uniform(-9, 9, 3)
    measured = response_db(plan, seed)
    middle = round(float(np.sqrt(60 * 8_000)))
    assert measured[[60, middle, 8_000]] == pytest.approx(expected, abs=0.05)
    assert measured[20] == pytest.approx(expected[0], abs=0.05)


def test_a_short_take_keeps_its_length() -> None:
    take = take_of(noise(0.0123))
    changed = Equalise(probability=1).apply(take, no_other, np.random.default_rng(0))
    assert changed.samples.shape == take.samples.shape
