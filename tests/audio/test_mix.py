import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.audio.measure import to_mono


@given(st.integers(1, 8), st.integers(0, 50), st.booleans(), st.integers(0, 2**32 - 1))
def test_it_is_the_mean(channels: int, frames: int, is_interleaved: bool, seed: int) -> None:
    block = np.random.default_rng(seed).uniform(-1, 1, (channels, frames)).astype(np.float32)
    if is_interleaved:
        block = np.ascontiguousarray(block.T).T
    before = block.copy()
    mono = to_mono(block)
    assert mono.dtype == np.float32
    assert mono.shape == (frames,)
    np.testing.assert_allclose(mono, block.mean(axis=0, dtype=np.float64), atol=1e-6)
    np.testing.assert_array_equal(block, before)


@pytest.mark.parametrize("channels", [1, 2, 8])
def test_it_does_not_keep_the_decoder_s_buffer(channels: int) -> None:
    block = np.ones((channels, 10), dtype=np.float32)
    mono = to_mono(block)
    block[:] = 5
    np.testing.assert_array_equal(mono, 1)
