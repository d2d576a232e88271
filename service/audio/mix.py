"""Many channels to one: their mean, by adding (a mean over an axis costs more than decoding does)."""

import numpy as np

from service.audio.stream import Samples


def to_mono(block: Samples) -> Samples:
    """float32 (channels, frames) -> a new float32 (frames,)."""
    channels = len(block)
    if channels == 1:
        return np.array(block[0])
    mono: Samples = np.add(block[0], block[1])
    for channel in block[2:]:
        mono += channel
    mono *= np.float32(1 / channels)
    return mono
