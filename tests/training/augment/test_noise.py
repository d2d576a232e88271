import numpy as np
import pytest

from tests.tones import silence, tone
from tests.training.augment.takes import band_db, level_db, no_other, take_of
from training.augment.waveform import Noise, coloured_noise


@pytest.mark.parametrize("snr_db", [-5.0, 10.0, 30.0])
def test_the_snr_of_the_mixture_is_as_asked(snr_db: float) -> None:
    take = take_of(tone(440, 3))
    noisy = Noise(probability=1, min_snr_db=snr_db, max_snr_db=snr_db).apply(take, no_other, np.random.default_rng(0))
    added = noisy.samples - take.samples
    assert level_db(take.samples) - level_db(added) == pytest.approx(snr_db, abs=0.01)


def test_snrs_fill_the_range() -> None:
    take, rng = take_of(tone(440, 0.5)), np.random.default_rng(0)
    plan = Noise(probability=1, min_snr_db=5, max_snr_db=25)
    added = [plan.apply(take, no_other, rng).samples - take.samples for _ in range(100)]
    snrs = [level_db(take.samples) - level_db(one) for one in added]
    assert 4.9 < min(snrs) < 7
    assert 23 < max(snrs) < 25.1


def test_a_silent_take_gets_noise_of_an_absolute_level() -> None:
    plan = Noise(probability=1, silent_level_db=-50)
    noisy = plan.apply(take_of(silence(1)), no_other, np.random.default_rng(0))
    assert level_db(noisy.samples) == pytest.approx(-50, abs=0.01)


@pytest.mark.parametrize("slope", [-6.0, -3.0, 0.0, 3.0])
def test_the_spectrum_falls_by_so_many_db_an_octave(slope: float) -> None:
    sound = coloured_noise(160_000, 16_000, slope, np.random.default_rng(0))
    centres = [100 * 2**octave for octave in range(7)]
    levels = [band_db(sound, hertz * 0.9, hertz * 1.1) for hertz in centres]
    assert np.polyfit(range(7), levels, 1)[0] == pytest.approx(slope, abs=0.15)
    assert abs(sound.mean()) < 1e-3 * sound.std()


def test_noise_is_gaussian() -> None:
    sound = coloured_noise(160_000, 16_000, 0, np.random.default_rng(0)).astype(np.float64)
    assert np.mean((sound / sound.std()) ** 4) == pytest.approx(3, abs=0.1)
