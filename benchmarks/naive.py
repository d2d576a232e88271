"""The usual way: librosa.load, librosa's mel spectrogram chunk by chunk, ONNX Runtime at batch 1."""

from pathlib import Path

import librosa
import numpy as np
import onnxruntime
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from service.features.logmel import LogMel
from service.inference.manifest import Manifest
from service.inference.package import MODEL
from service.inference.store import ModelStore

Samples = NDArray[np.float32]


class Naive:
    """`one_thread` keeps ONNX Runtime and BLAS to one thread; by default both take all cores, and spin on them."""

    def __init__(self, models: Path, *, one_thread: bool) -> None:
        options = onnxruntime.SessionOptions()
        if one_thread:
            options.intra_op_num_threads = options.inter_op_num_threads = 1
        packages = {name: ModelStore(models).package(name) for name in ("gate", "genre", "scene")}
        self._manifests: dict[str, Manifest] = {name: package.manifest for name, package in packages.items()}
        self._sessions = {
            name: onnxruntime.InferenceSession(package.folder / MODEL, options, providers=["CPUExecutionProvider"])
            for name, package in packages.items()
        }
        gate = self._manifests["gate"]
        assert isinstance(gate.front_end, LogMel)
        self._front_end, self._frames, self._chunk_seconds = gate.front_end, gate.frames, gate.chunk_seconds
        self._blas_threads = 1 if one_thread else None

    def answer(self, path: Path) -> dict[str, float]:
        """The mean of the genre model over all chunks of music."""
        with threadpool_limits(self._blas_threads):
            samples, rate = librosa.load(path, sr=self._front_end.sample_rate, mono=True)
            length = round(self._chunk_seconds * rate)
            starts = range(0, len(samples) - length + 1, length)
            heard = [self._chunk(samples[start : start + length]) for start in starts]
        mean = np.mean([scores for scores in heard if scores is not None], axis=0)
        return dict(zip(self._manifests["genre"].labels, mean.tolist(), strict=True))

    def _chunk(self, samples: Samples) -> Samples | None:
        mel = librosa.feature.melspectrogram(
            y=samples,
            sr=self._front_end.sample_rate,
            n_fft=self._front_end.n_fft,
            win_length=self._front_end.win_length,
            hop_length=self._front_end.hop_length,
            n_mels=self._front_end.n_mels,
            fmin=self._front_end.fmin,
            fmax=self._front_end.fmax,
            pad_mode="constant",
        )
        window = librosa.power_to_db(mel, top_db=None).T[None, : self._frames].astype(np.float32)
        music, _ = 1 / (1 + np.exp(-self._logits("gate", window)))
        if music < self._manifests["gate"].threshold("music"):
            self._logits("scene", window)
            return None
        powers = np.exp(self._logits("genre", window))
        probabilities: Samples = powers / powers.sum()
        return probabilities

    def _logits(self, name: str, window: Samples) -> Samples:
        manifest = self._manifests[name]
        (logits,) = self._sessions[name].run([manifest.output.name], {manifest.input.name: window})
        answer: Samples = logits[0] / manifest.temperature
        return answer
