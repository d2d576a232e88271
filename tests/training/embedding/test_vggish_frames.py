"""VGGish's front-end against what its published weights were learned on, written down once more."""

import numpy as np
import pytest
from numpy.typing import NDArray

from service.features.bank import window_of
from tests.tones import RATE, noise, tone
from training.embedding.vggish_graph import FRONT_END
from training.recipe import read_recipe
from training.systems.registry import systems_named

WINDOW, HOP, BANDS = 400, 160, 64
LATER = 200
"""Samples by which ours hears what the published one does: half a window."""
SOUNDS = {"noise": noise(3), "faint noise": noise(3, amplitude=0.001), "tone": noise(3, amplitude=0.001) + tone(440, 3)}


def mel(hertz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.asarray(1127 * np.log1p(np.asarray(hertz) / 700))


def published(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """float64 (frames, 64): frame t begins with sample 160 t."""
    count = (len(samples) - WINDOW) // HOP + 1
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    frames = np.stack([samples[HOP * number : HOP * number + WINDOW] * hann for number in range(count)])
    magnitudes = np.abs(np.fft.rfft(frames, 512))
    bins, edges = mel(np.linspace(0, RATE / 2, 257)), np.linspace(mel(125), mel(7_500), BANDS + 2)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    triangles = np.maximum(0, np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)))
    return np.asarray(np.log(magnitudes @ triangles.T + 0.01))


@pytest.mark.parametrize("sound", SOUNDS.values(), ids=SOUNDS)
def test_frames_are_the_published_ones_of_the_sound_behind_some_silence(sound: NDArray[np.float32]) -> None:
    expected = published(np.concatenate([np.zeros(LATER, np.float32), sound]))
    ours = window_of(FRONT_END, sound, len(expected))
    np.testing.assert_allclose(ours, expected, atol=0.02)
    assert np.abs(ours - expected).mean() < 0.002
    at_the_same_place = published(sound)
    assert np.abs(ours[: len(at_the_same_place)] - at_the_same_place).mean() > 0.1, "it matters which samples are heard"


def test_the_network_that_is_learned_hears_the_same() -> None:
    (system,) = systems_named("music_vggish")
    assert read_recipe(system.recipe).front_end == FRONT_END
