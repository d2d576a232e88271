import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from service.audio.measure import MAX_AMPLITUDE, Meter

blocks = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 3), st.integers(1, 20)),
    elements=st.floats(width=32, allow_nan=True, allow_infinity=True),
)


@given(st.lists(blocks, min_size=1, max_size=4))
def test_whatever_comes_in_what_comes_out_is_finite_and_bounded(given_blocks: list[np.ndarray]) -> None:
    meter = Meter()
    for block in given_blocks:
        repaired = meter.repair(block)
        assert repaired.shape == block.shape
        assert repaired.dtype == np.float32
        assert np.isfinite(repaired).all()
        assert np.abs(repaired).max() <= MAX_AMPLITUDE
        good = np.isfinite(block) & (np.abs(block) <= MAX_AMPLITUDE)
        np.testing.assert_array_equal(repaired[good], block[good])
    assert meter.not_finite == sum(int((~np.isfinite(block)).sum()) for block in given_blocks)
    assert meter.samples == sum(block.size for block in given_blocks)
    assert 0 <= meter.clipping_ratio <= 1
    assert 0 <= meter.peak <= MAX_AMPLITUDE


def test_a_sound_within_bounds_is_passed_as_it_is() -> None:
    block = np.array([[0.5, -0.9]], dtype=np.float32)
    meter = Meter()
    assert meter.repair(block) is block
    assert meter.peak == pytest.approx(0.9)
    assert meter.clipping_ratio == 0


def test_full_scale_is_clipped_in_both_directions() -> None:
    meter = Meter()
    meter.repair(np.array([[1.0, -1.0, 0.5, 0.0]], dtype=np.float32))
    meter.repair(np.array([[0.0, 0.0, 0.0, 1.5]], dtype=np.float32))
    assert meter.clipping_ratio == pytest.approx(3 / 8)


def test_nothing_heard_is_nothing_clipped() -> None:
    assert Meter().clipping_ratio == 0
