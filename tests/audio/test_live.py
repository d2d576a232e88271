"""Bare samples, block by block, without a process around them."""

import io

import numpy as np
import pytest

from service.audio.accepted import Limits, PcmFormat
from service.audio.decoded import Samples
from service.audio.live_sound import LiveSound
from service.errors import EmptyFile, TooLong, UnsupportedChannels, UnsupportedSampleRate
from tests.tones import noise

STEREO = PcmFormat("pcm_f32le", 16_000, 2)


def heard(data: bytes, pcm: PcmFormat, piece: int, limits: Limits = Limits()) -> tuple[Samples, LiveSound]:  # noqa: B008 - frozen
    source = io.BytesIO(data)
    sound = LiveSound(lambda count: source.read(min(count, piece)), pcm, limits)
    return np.concatenate(list(sound.mono_blocks())), sound


@pytest.mark.parametrize("piece", [1, 3, 7, 1000, 64 * 1024])
def test_blocks_may_end_anywhere(piece: int) -> None:
    left, right = noise(0.05), noise(0.05, seed=1)
    interleaved = np.stack([left, right]).T
    mono, sound = heard(interleaved.astype("<f4").tobytes(), STEREO, piece)
    np.testing.assert_allclose(mono, (left + right) / 2, atol=1e-7)
    assert sound.decoded_seconds == 0.05
    assert not list(sound.warnings())
    integers = (interleaved * 32_768).astype("<i2")
    mono, _ = heard(integers.tobytes(), PcmFormat("pcm_s16le", 16_000, 2), piece)
    np.testing.assert_allclose(mono, integers.sum(axis=1) / 65_536, atol=1e-7)


def test_what_is_no_sample_is_repaired_and_told() -> None:
    samples = noise(1)
    samples[[10, 20]] = np.nan, np.inf
    samples[30] = 1e30
    mono, sound = heard(samples.tobytes() + b"\0\0\0", PcmFormat("pcm_f32le", 16_000, 1), 999)
    assert mono[[10, 20, 30]].tolist() == [0, 0, 8]
    warnings = list(sound.warnings())
    assert warnings[0] == "The last 3 bytes are less than a frame of 4; they were left out."
    assert "no finite numbers were taken as 0: 2" in warnings[1]
    assert len(warnings) == 3


def test_limits() -> None:
    with pytest.raises(UnsupportedChannels):
        LiveSound(io.BytesIO().read, PcmFormat("pcm_s16le", 16_000, 0), Limits())
    with pytest.raises(UnsupportedSampleRate):
        LiveSound(io.BytesIO().read, PcmFormat("pcm_s16le", 1_000_000, 1), Limits())
    with pytest.raises(TooLong, match="may have 1 s of sound"):
        heard(bytes(16_000 * 8 + 8), STEREO, 4096, Limits(max_duration_seconds=1.0))
    with pytest.raises(EmptyFile, match="before its first sample"):
        heard(b"\0", STEREO, 1)
