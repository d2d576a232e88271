import numpy as np
import pytest

from tests.tones import tone
from tests.training.augment.takes import level_db, no_other, take_of
from training.augment.waveform import Gain


@pytest.mark.parametrize("gain_db", [-12.0, 0.0, 20.0])
def test_the_level_changes_by_so_many_db_and_nothing_clips(gain_db: float) -> None:
    take = take_of(tone(440, 1, amplitude=0.5))
    louder = Gain(probability=1, min_db=gain_db, max_db=gain_db).apply(take, no_other, np.random.default_rng(0))
    assert level_db(louder.samples) - level_db(take.samples) == pytest.approx(gain_db, abs=1e-4)
    assert np.abs(louder.samples).max() == pytest.approx(0.5 * 10 ** (gain_db / 20), rel=1e-3)


def test_gains_are_spread_evenly_over_the_range() -> None:
    take, rng = take_of(tone(440, 0.05)), np.random.default_rng(0)
    gain = Gain(probability=1, min_db=-10, max_db=10)
    changes = [level_db(gain.apply(take, no_other, rng).samples) - level_db(take.samples) for _ in range(400)]
    assert min(changes) >= -10.001
    assert max(changes) <= 10.001
    counts, _ = np.histogram(changes, bins=4, range=(-10, 10))
    assert counts.min() > 70
