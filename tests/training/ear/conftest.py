"""Sound made by code for the ear's tests: tones for music, warbling bursts for speech, noise for neither."""

import numpy as np
import pytest
from numpy.typing import NDArray

from training.ear.strings import RATE, Pool, StringMaterial


def _int16(samples: NDArray[np.float64]) -> NDArray[np.int16]:
    levelled: NDArray[np.int16] = (samples / np.abs(samples).max() * 12_000).astype(np.int16)
    return levelled


@pytest.fixture(scope="session")
def material() -> StringMaterial:
    rng = np.random.default_rng(0)
    time = np.arange(4 * RATE) / RATE
    chords = [np.sum([np.sin(2 * np.pi * f * k * time) for k in (1, 1.25, 1.5)], axis=0) for f in (220, 330, 440)]
    buzz = [
        np.sign(np.sin(2 * np.pi * (f + 40 * np.sin(2 * np.pi * 2 * time)) * time))
        * (np.sin(2 * np.pi * 4 * time) + 1.1)
        for f in (110, 150)
    ]
    noise = [rng.standard_normal(len(time)) for _ in range(3)]
    return StringMaterial(
        music=(Pool("chords", [_int16(one) for one in chords]),),
        speech=(Pool("buzz", [_int16(one) for one in buzz]),),
        neither=(Pool("noise", [_int16(one) for one in noise]),),
    )
