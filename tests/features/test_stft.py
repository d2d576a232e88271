from typing import Any

import librosa
import numpy as np
import pytest

from service.features.stft import Stft
from tests.features.test_logmel import SOUND, streamed

BASE: dict[str, Any] = {"sample_rate": 16_000, "n_fft": 512, "win_length": 512, "hop_length": 256, "bins": 257}


@pytest.mark.parametrize("change", [{}, {"bins": 128}, {"win_length": 400, "hop_length": 100}, {"centred": False}])
def test_equals_librosa(change: dict[str, Any]) -> None:
    spec = Stft(**{**BASE, **change})
    complex_spectrum = librosa.stft(
        SOUND, n_fft=spec.n_fft, win_length=spec.win_length, hop_length=spec.hop_length, center=spec.centred
    )
    expected = np.abs(complex_spectrum).T[:, : spec.bins]
    actual = streamed(spec, SOUND)
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, atol=1e-3 * expected.max() / 100)


def test_decibels_of_the_magnitude() -> None:
    linear = streamed(Stft(**BASE), SOUND)
    decibels = streamed(Stft(**BASE, scale="db"), SOUND)
    np.testing.assert_allclose(decibels, 20 * np.log10(np.maximum(linear, 1e-5)), atol=1e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"bins": 300}, "bins 300 is more than the 257"), ({"win_length": 600}, "win_length 600 is longer")],
)
def test_parameters_that_do_not_fit_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Stft(**{**BASE, **change})
