import numpy as np

from tests.training.augment.takes import no_other, take_of
from training.augment.waveform import TimeShift


def test_it_turns_the_take_by_no_more_than_asked() -> None:
    ramp = np.arange(16_000, dtype=np.float32)
    plan = TimeShift(probability=1, max_seconds=0.25)
    shifts = []
    for seed in range(60):
        changed = plan.apply(take_of(ramp), no_other, np.random.default_rng(seed)).samples
        start = int(np.argmin(changed))
        np.testing.assert_array_equal(np.roll(changed, -start), ramp)
        shifts.append(start if start < 8_000 else start - 16_000)
    assert -4_000 <= min(shifts) < -3_000
    assert 3_000 < max(shifts) <= 4_000
