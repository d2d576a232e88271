import numpy as np
import pytest

from tests.training.augment.takes import Samples, level_db, no_other, take_of
from training.augment.waveform import Reverb, decaying_noise


def impulse() -> Samples:
    samples = np.zeros(32_000, dtype=np.float32)
    samples[1_000] = 1
    return samples


@pytest.mark.parametrize("rt60", [0.2, 0.8])
def test_the_tail_decays_by_60_db_in_its_time(rt60: float) -> None:
    plan = Reverb(probability=1, min_rt60=rt60, max_rt60=rt60, min_direct_db=0, max_direct_db=0)
    changed = plan.apply(take_of(impulse()), no_other, np.random.default_rng(0)).samples
    tail = changed[1_001 : 1_001 + round(0.9 * rt60 * 16_000)].astype(np.float64)
    left = 10 * np.log10(np.cumsum(tail[::-1] ** 2)[::-1])
    steep = np.flatnonzero((left < left[0] - 5) & (left > left[0] - 35))
    per_second = np.polyfit(steep / 16_000, left[steep], 1)[0]
    assert -60 / per_second == pytest.approx(rt60, rel=0.1)


@pytest.mark.parametrize("direct_db", [-5.0, 10.0])
def test_the_direct_sound_is_so_much_above_the_tail(direct_db: float) -> None:
    plan = Reverb(probability=1, min_direct_db=direct_db, max_direct_db=direct_db)
    tail = plan.apply(take_of(impulse()), no_other, np.random.default_rng(0)).samples - impulse()
    assert level_db(impulse()) - level_db(tail) == pytest.approx(direct_db, abs=0.01)


def test_no_echo_comes_before_its_sound_or_from_the_end() -> None:
    late = np.zeros(16_000, dtype=np.float32)
    late[15_000] = 1
    changed = Reverb(probability=1, min_rt60=1, max_rt60=1).apply(take_of(late), no_other, np.random.default_rng(0))
    assert np.abs(changed.samples[:15_000]).max() < 1e-5


def test_the_response_has_energy_one() -> None:
    assert float(np.sum(decaying_noise(0.5, 16_000, np.random.default_rng(0)) ** 2)) == pytest.approx(1, abs=1e-4)
