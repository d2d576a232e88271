"""Against librosa, the reference that everyone trains with."""

from typing import Any

import librosa
import numpy as np
import pytest
from numpy.typing import NDArray

from service.features.framing import Samples
from service.features.frontend import FrontEnd
from service.features.logmel import LogMel
from tests.tones import noise, tone

RATE = 16_000
SOUND = np.concatenate([tone(440, 1.0), noise(1.0), np.zeros(4_000, np.float32), tone(6_000, 0.7)])
SOUND = SOUND + noise(len(SOUND) / RATE, amplitude=1e-3, seed=1)
"""The faint noise is what a recording has: under a pure tone, 32-bit rounding would be compared with itself."""
BASE: dict[str, Any] = {
    "sample_rate": RATE,
    "n_fft": 1024,
    "win_length": 1024,
    "hop_length": 320,
    "n_mels": 64,
    "fmin": 50.0,
    "fmax": 8_000.0,
}


def streamed(front_end: FrontEnd, samples: Samples, block: int = 7_001) -> NDArray[np.float32]:
    stream = front_end.stream()
    pieces = [stream.push(samples[start : start + block]) for start in range(0, len(samples), block)]
    return np.concatenate([*pieces, stream.finish()])


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"n_fft": 512, "win_length": 400, "hop_length": 160, "n_mels": 40},
        {"mel_scale": "htk", "area_norm": False},
        {"n_mels": 128, "fmin": 0.0},
        {"sample_rate": 22_050, "n_fft": 2048, "win_length": 2048, "hop_length": 512, "n_mels": 128, "fmax": 11_025.0},
        {"of": "magnitude"},
    ],
)
def test_equals_librosa_within_a_thousandth_of_a_decibel(change: dict[str, Any]) -> None:
    spec = LogMel(**{**BASE, **change})
    mel = librosa.feature.melspectrogram(
        y=SOUND,
        sr=spec.sample_rate,
        n_fft=spec.n_fft,
        win_length=spec.win_length,
        hop_length=spec.hop_length,
        n_mels=spec.n_mels,
        fmin=spec.fmin,
        fmax=spec.fmax,
        htk=spec.mel_scale == "htk",
        norm="slaney" if spec.area_norm else None,
        power=2.0 if spec.of == "power" else 1.0,
    )
    expected = librosa.power_to_db(mel, ref=1.0, amin=spec.floor, top_db=None).T
    actual = streamed(spec, SOUND)
    assert actual.dtype == np.float32
    assert actual.shape == expected.shape
    assert np.abs(actual - expected).max() < 1e-3


def test_the_natural_logarithm_has_its_offset_inside() -> None:
    spec = LogMel(**BASE, scale="log", floor=0.01, of="magnitude")
    silent = streamed(spec, np.zeros(RATE, np.float32))
    np.testing.assert_allclose(silent, np.log(0.01), rtol=1e-6)


def test_frames_are_the_same_bits_however_the_sound_comes_in() -> None:
    spec = LogMel(**BASE)
    np.testing.assert_array_equal(streamed(spec, SOUND, 1_000), streamed(spec, SOUND, len(SOUND)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"win_length": 2048}, "win_length 2048 is longer than n_fft 1024"),
        ({"fmax": 9_000.0}, r"fmax 9000.0 Hz <= half the sample rate, 8000.0 Hz"),
        ({"fmin": 8_000.0}, "fmin 8000.0 Hz < fmax 8000.0 Hz"),
        ({"n_mels": 0}, "greater than or equal to 1"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LogMel(**{**BASE, **change})
