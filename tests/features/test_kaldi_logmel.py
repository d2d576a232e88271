"""The ear's front-end against a plain rendering of its published definition, which speaks of sound at 32 kHz."""

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray
from pydantic import ValidationError

from service.features.logmel import LogMel
from training.ear.network import FRONT_END

RATE, PUBLISHED_RATE = 16_000, 32_000


def published_frames(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pre-emphasis .97, Hann 800 in FFT 1024, centred, hop 320, power, 128 mels to 15 kHz, ln, (x + 4.5) / 5."""
    emphasised = samples[1:] - 0.97 * samples[:-1]
    window = np.zeros(1024)
    window[112:912] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(800) / 799)
    padded = np.pad(emphasised, 512, mode="reflect")
    frames = np.stack([padded[start : start + 1024] for start in range(0, len(padded) - 1023, 320)])
    power = np.abs(np.fft.rfft(frames * window)) ** 2
    mel_of_bin = 1127 * np.log(1 + np.arange(513) * 31.25 / 700)
    edges = np.linspace(0, 1127 * np.log(1 + 15_000 / 700), 130)
    filters = np.zeros((128, 513))
    for band in range(128):
        left, centre, right = edges[band : band + 3]
        up, down = (mel_of_bin - left) / (centre - left), (right - mel_of_bin) / (right - centre)
        filters[band] = np.maximum(0, np.minimum(up, down))
    filters[:, 512] = 0
    return (np.log(power @ filters.T + 1e-5) + 4.5) / 5


def frames_of(spec: LogMel, samples: NDArray[np.float32], pieces: int = 1) -> NDArray[np.float32]:
    stream = spec.stream()
    parts = [stream.push(part) for part in np.array_split(samples, pieces)]
    return np.concatenate([*parts, stream.finish()])


@pytest.fixture(scope="module")
def sound() -> NDArray[np.float64]:
    """2 s at 32 kHz, nothing above 7 kHz: noise whose level goes up and down, a sweep, a few tones."""
    rng = np.random.default_rng(3)
    seconds = np.arange(2 * PUBLISHED_RATE) / PUBLISHED_RATE
    noise = rng.standard_normal(len(seconds)) * (0.05 + 0.05 * np.sin(2 * np.pi * 1.5 * seconds))
    sweep = 0.2 * np.sin(2 * np.pi * (100 * seconds + 1_500 * seconds**2))
    tones = sum(0.05 * np.sin(2 * np.pi * hertz * seconds) for hertz in (220, 440, 1_000, 3_300, 6_500))
    spectrum = np.fft.rfft(noise + sweep + tones)
    hertz = np.fft.rfftfreq(len(seconds), 1 / PUBLISHED_RATE)
    return np.fft.irfft(spectrum * np.clip((7_000 - hertz) / 200, 0, 1), len(seconds))


def test_equals_the_published_front_end_away_from_the_ends(sound: NDArray[np.float64]) -> None:
    expected = published_frames(sound)
    actual = frames_of(FRONT_END, soxr.resample(sound, PUBLISHED_RATE, RATE, "VHQ").astype(np.float32))
    below_7_khz = slice(0, 98)
    inside = slice(5, 195)  # reflected there, zeros here: only the ends differ
    difference = np.abs(actual[inside, below_7_khz] - expected[inside, below_7_khz])
    assert difference.mean() < 0.002
    assert np.quantile(difference, 0.999) < 0.02  # a few cells are minima of noise, where every sample counts
    assert difference.max() < 0.05


def test_bands_above_the_sound_stay_at_their_floor(sound: NDArray[np.float64]) -> None:
    frames = frames_of(FRONT_END, sound[::2].astype(np.float32))
    floor = (np.log(1e-5) + 4.5) / 5
    assert frames.shape == (201, 128)
    np.testing.assert_allclose(frames[:, 106:], floor, atol=1e-5)


def test_three_seconds_give_300_frames_and_the_centred_last_one() -> None:
    assert frames_of(FRONT_END, np.zeros(3 * RATE, dtype=np.float32)).shape == (301, 128)


def test_a_stream_in_pieces_gives_the_frames_of_the_whole(sound: NDArray[np.float64]) -> None:
    samples = sound[::2].astype(np.float32)
    np.testing.assert_array_equal(frames_of(FRONT_END, samples), frames_of(FRONT_END, samples, pieces=23))


def test_parameters_left_out_are_those_of_before() -> None:
    plain = LogMel(sample_rate=16_000, n_fft=512, win_length=512, hop_length=320, n_mels=64, fmin=50, fmax=8_000)
    assert (plain.virtual_rate, plain.pre_emphasis, plain.offset, plain.divisor) == (None, 0, 0, 1)


def test_bands_above_half_the_rate_need_a_virtual_rate() -> None:
    with pytest.raises(ValidationError, match="half the sample rate"):
        LogMel(sample_rate=16_000, n_fft=512, win_length=400, hop_length=160, n_mels=128, fmin=0, fmax=15_000)


def test_a_virtual_rate_below_the_sample_rate_is_refused() -> None:
    with pytest.raises(ValidationError, match="virtual_rate 8000 Hz is below sample_rate 16000 Hz"):
        FRONT_END.model_validate(FRONT_END.model_dump() | {"virtual_rate": 8_000, "fmax": 4_000})
