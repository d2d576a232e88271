import numpy as np
import pytest

from tests.tones import tone
from tests.training.augment.takes import Samples, level_db, no_other, take_of
from training.augment.waveform import Speed


def played(samples: Samples, factor: float) -> Samples:
    plan = Speed(probability=1, min_factor=factor, max_factor=factor)
    return plan.apply(take_of(samples), no_other, np.random.default_rng(0)).samples


def peak_hz(samples: Samples) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples * np.hanning(len(samples)))))) * 16_000 / len(samples)


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.25])
def test_pitch_follows_the_speed(factor: float) -> None:
    changed = played(tone(1_000, 2), factor)
    assert peak_hz(changed[:12_000]) == pytest.approx(1_000 * factor, abs=3)
    assert level_db(changed[:12_000]) == pytest.approx(level_db(tone(1_000, 2)), abs=0.1)


def test_tempo_follows_too() -> None:
    click = np.zeros(32_000, dtype=np.float32)
    click[20_000] = 1
    assert int(np.argmax(played(click, 1.25))) == pytest.approx(16_000, abs=1)
    assert int(np.argmax(played(click, 0.8))) == pytest.approx(25_000, abs=1)


def test_what_gets_shorter_is_repeated() -> None:
    changed = played(tone(1_000, 2), 1.25)
    np.testing.assert_array_equal(changed[25_600:], changed[:6_400])


def test_nothing_folds_back_when_it_is_faster() -> None:
    assert level_db(played(tone(7_500, 2), 1.25)[2_000:23_000]) < -90
