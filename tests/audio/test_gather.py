import av
import numpy as np
import pytest
from numpy.typing import NDArray

from service.audio.av_decoder import Gather
from service.audio.decoded import BLOCK_FRAMES

RATE = 44_100
FULL_SCALES = {"u8": 2**7, "s16": 2**15, "s32": 2**31, "flt": 1, "dbl": 1}
DTYPES = {"u8": np.uint8, "s16": np.int16, "s32": np.int32, "flt": np.float32, "dbl": np.float64}
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 7: "6.1", 8: "7.1"}


def frame(samples: NDArray[np.float64], sample_format: str, rate: int = RATE) -> av.AudioFrame:
    """(channels, n) in [-1, 1] as FFmpeg's frame of this sample format, planar where it ends in p."""
    plain = sample_format.removesuffix("p")
    scaled = samples * FULL_SCALES[plain] + (128 if plain == "u8" else 0)
    planes = scaled.astype(DTYPES[plain])
    if plain == sample_format:
        planes = planes.T.reshape(1, -1)
    made = av.AudioFrame.from_ndarray(np.ascontiguousarray(planes), sample_format, LAYOUTS[len(samples)])
    made.sample_rate = rate
    return made


def gathered(gather: Gather, frames: list[av.AudioFrame]) -> list[NDArray[np.float32]]:
    blocks = [block.copy() for one in frames for block in gather.push(one)]
    return [*blocks, *(block.copy() for block in gather.finish())]


def channels_of_noise(channels: int, count: int) -> NDArray[np.float64]:
    return np.random.default_rng(channels).uniform(-0.9, 0.9, (channels, count))


@pytest.mark.parametrize("sample_format", ["u8", "s16", "s16p", "s32", "s32p", "flt", "fltp", "dbl", "dblp"])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_every_sample_format_arrives_as_it_was(sample_format: str, channels: int) -> None:
    sound = channels_of_noise(channels, 5_000)
    gather = Gather(av.AudioLayout(LAYOUTS[channels]), RATE)
    (block,) = gathered(gather, [frame(sound[:, :3_000], sample_format), frame(sound[:, 3_000:], sample_format)])
    assert block.dtype == np.float32
    np.testing.assert_allclose(block, sound, atol=1 / 128 if sample_format == "u8" else 1e-4)


@pytest.mark.parametrize("sample_format", ["s16", "flt"])
def test_eight_channels(sample_format: str) -> None:
    sound = channels_of_noise(8, 4_000)
    (block,) = gathered(Gather(av.AudioLayout("7.1"), RATE), [frame(sound, sample_format)])
    np.testing.assert_allclose(block, sound, atol=1e-4)


@pytest.mark.parametrize("size", [47, 1_152, 100_000, BLOCK_FRAMES, 2 * BLOCK_FRAMES + 5])
def test_blocks_are_whole_but_for_the_last(size: int) -> None:
    sound = channels_of_noise(2, 3 * BLOCK_FRAMES + 17)
    pieces = [sound[:, at : at + size] for at in range(0, sound.shape[1], size)]
    blocks = gathered(Gather(av.AudioLayout("stereo"), RATE), [frame(piece, "fltp") for piece in pieces])
    assert [block.shape[1] for block in blocks] == [BLOCK_FRAMES] * 3 + [17]
    np.testing.assert_allclose(np.concatenate(blocks, axis=1), sound, atol=1e-6)


def test_another_format_in_mid_stream_loses_nothing() -> None:
    sound = channels_of_noise(2, 9_000)
    kinds = ["fltp", "s16", "fltp", "s32p", "s16", "fltp"]
    frames = [frame(sound[:, 1_500 * i : 1_500 * (i + 1)], kind) for i, kind in enumerate(kinds)]
    (block,) = gathered(Gather(av.AudioLayout("stereo"), RATE), frames)
    np.testing.assert_allclose(block, sound, atol=1e-4)


def test_nothing_in_nothing_out() -> None:
    assert gathered(Gather(av.AudioLayout("mono"), RATE), []) == []
