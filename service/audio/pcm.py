"""Bare samples as a live stream brings them: interleaved, little-endian, without a header."""

from dataclasses import dataclass
from typing import Literal

Encoding = Literal["pcm_s16le", "pcm_f32le"]

_SAMPLE_BYTES: dict[Encoding, int] = {"pcm_s16le": 2, "pcm_f32le": 4}


@dataclass(frozen=True, slots=True)
class PcmFormat:
    encoding: Encoding
    sample_rate: int
    channels: int

    @property
    def frame_bytes(self) -> int:
        """One sample of every channel."""
        return self.channels * _SAMPLE_BYTES[self.encoding]
