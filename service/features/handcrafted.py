"""57 numbers that sum up a window: harmony, loudness, shape of the spectrum, tempo and timbre.

Those of the tables that were published for GTZAN, in their order, computed by librosa as it then was: its defaults, and
the spectrum's edges mirrored. librosa is imported when the first window is described, not before."""

import fcntl
import os
import tempfile
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from service.errors import ModelError
from service.extras import how_to_install
from service.features.framing import Frames, Samples

MFCCS = 20
NAMES = (
    *(
        f"{name}_{moment}"
        for name in (
            "chroma_stft",
            "rms",
            "spectral_centroid",
            "spectral_bandwidth",
            "rolloff",
            "zero_crossing_rate",
            "harmony",
            "perceptr",
        )
        for moment in ("mean", "var")
    ),
    "tempo",
    *(f"mfcc{number}_{moment}" for number in range(1, MFCCS + 1) for moment in ("mean", "var")),
)
"""As the published tables call them; `harmony` and `perceptr` are the harmonic and the percussive part of the sound."""
EDGES = "reflect"
"""How the tables' version of librosa went on at both ends of a sound; today's own default are zeros."""
LEAST_REST_SECONDS = 0.1
"""A rest at the end of a file shorter than this has no window of its own."""


class Handcrafted(BaseModel):
    """One frame for a window of `window_seconds`, which must be the model's `chunk_seconds`, or a part of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["handcrafted"] = "handcrafted"
    window_seconds: float = Field(ge=0.5, le=60)
    sample_rate: int = Field(default=22_050, ge=8_000, le=192_000)

    @property
    def hop_length(self) -> int:
        return round(self.window_seconds * self.sample_rate)

    @property
    def bins(self) -> int:
        return len(NAMES)

    def stream(self) -> "HandcraftedStream":
        return HandcraftedStream(self)

    def describe(self, samples: Samples) -> Frames:
        """float32 (hop_length,) -> float32 (57,) in the order of NAMES. Raises ModelError without librosa."""
        librosa = _librosa()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that sound without any pitch is in tune with nothing
            use_first(librosa, _try_out)
            return np.array(_numbers(librosa, samples, self.sample_rate), dtype=np.float32)


class HandcraftedStream:
    """Frames float32 (windows, 57), one window behind the other; the last one ends with the sound."""

    def __init__(self, spec: Handcrafted) -> None:
        self._spec = spec
        self._before: Samples = np.empty(0, dtype=np.float32)
        """The last whole window's samples."""
        self._rest: Samples = np.empty(0, dtype=np.float32)

    def push(self, samples: Samples) -> Frames:
        self._rest = np.concatenate([self._rest, samples])
        frames = []
        while len(self._rest) >= self._spec.hop_length:
            self._before, self._rest = np.split(self._rest, [self._spec.hop_length])
            frames.append(self._spec.describe(self._before))
        return self._stacked(frames)

    def finish(self) -> Frames:
        """The window of the rest reaches back; a file shorter than a window is repeated to fill one."""
        length, heard = self._spec.hop_length, np.concatenate([self._before, self._rest])
        is_short = len(heard) < length
        if not len(self._rest) or (not is_short and len(self._rest) < LEAST_REST_SECONDS * self._spec.sample_rate):
            return self._stacked([])
        return self._stacked([self._spec.describe(np.resize(heard, length) if is_short else heard[-length:])])

    def _stacked(self, frames: list[Frames]) -> Frames:
        return np.array(frames, dtype=np.float32).reshape(-1, self._spec.bins)


def _librosa() -> ModuleType:
    try:
        import librosa  # noqa: PLC0415 - an extra, and seconds of import
    except ImportError:
        raise ModelError(
            f"The front-end `handcrafted` needs librosa, which is not installed. {how_to_install('handcrafted')}"
        ) from None
    module: ModuleType = librosa
    return module


def _try_out(librosa: ModuleType) -> None:
    """On two clicks: what tells of tempo is only compiled where something begins."""
    samples = np.zeros(22_050, dtype=np.float32)
    samples[[5_000, 15_000]] = 1
    _numbers(librosa, samples, 22_050)


def _numbers(librosa: ModuleType, samples: Samples, rate: int) -> list[float]:
    """One spectrum for all: computed anew for each number, it would take half as long again."""
    spectrum = librosa.stft(samples, pad_mode=EDGES)
    magnitude = np.abs(spectrum)
    power = magnitude**2
    decibels = librosa.power_to_db(librosa.feature.melspectrogram(S=power, sr=rate))
    harmonic, percussive = (
        librosa.istft(part, dtype=samples.dtype, length=len(samples)) for part in librosa.decompose.hpss(spectrum)
    )
    moments = [
        librosa.feature.chroma_stft(S=power, sr=rate),
        librosa.feature.rms(y=samples, pad_mode=EDGES),
        librosa.feature.spectral_centroid(S=magnitude, sr=rate),
        librosa.feature.spectral_bandwidth(S=magnitude, sr=rate),
        librosa.feature.spectral_rolloff(S=magnitude, sr=rate),
        librosa.feature.zero_crossing_rate(samples),
        harmonic,
        percussive,
    ]
    mfccs = librosa.feature.mfcc(S=decibels, sr=rate, n_mfcc=MFCCS)
    return [*_moments(moments), _tempo(librosa, decibels, rate), *_moments(mfccs)]


def _moments(series: list[NDArray[np.floating]] | NDArray[np.floating]) -> list[float]:
    """Mean and variance of each."""
    return [float(moment) for one in series for moment in (np.mean(one), np.var(one))]


def _tempo(librosa: ModuleType, decibels: NDArray[np.float32], rate: int) -> float:
    """Beats a minute, as the beat tracker estimates them before it looks for beats; 0 where nothing ever begins."""
    onsets = librosa.onset.onset_strength(S=decibels, sr=rate, aggregate=np.median)
    return float(librosa.feature.tempo(onset_envelope=onsets, sr=rate)[0]) if onsets.any() else 0.0


@cache
def use_first(module: ModuleType, use: Callable[[ModuleType], object]) -> None:
    """Once in each process, while no other one does: numba's files on disk break if two processes write them at once.

    From then on what `use` has used is compiled, and only read."""
    with (Path(tempfile.gettempdir()) / f"earmark-compiles-{os.getuid()}").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        use(module)
