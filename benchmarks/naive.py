"""The usual way: librosa.load, librosa's mel spectrogram chunk by chunk, ONNX Runtime at batch 1."""

from pathlib import Path

import librosa
import numpy as np
import onnxruntime
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from service.features.logmel import LogMel, filters_of
from service.inference.manifest import EarManifest
from service.inference.package import MODEL
from service.inference.store import ModelStore

Samples = NDArray[np.float32]


class Naive:
    """`one_thread` keeps ONNX Runtime and BLAS to one thread; by default both take all cores, and spin on them."""

    def __init__(self, models: Path, *, one_thread: bool) -> None:
        options = onnxruntime.SessionOptions()
        if one_thread:
            options.intra_op_num_threads = options.inter_op_num_threads = 1
        packages = {name: ModelStore(models).package(name) for name in ("ear", "gate", "genre", "scene", "tags")}
        self._manifests = {name: one.model_manifest for name, one in packages.items() if name != "ear"}
        self._sessions = {
            name: onnxruntime.InferenceSession(package.folder / MODEL, options, providers=["CPUExecutionProvider"])
            for name, package in packages.items()
        }
        ear = packages["ear"].manifest
        assert isinstance(ear, EarManifest)
        assert isinstance(ear.front_end, LogMel)
        self._ear, self._front_end, self._frames, self._chunk_seconds = (
            ear,
            ear.front_end,
            ear.frames,
            ear.chunk_seconds,
        )
        self._filters = filters_of(ear.front_end).toarray()
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
        front_end = self._front_end
        spectrum = librosa.stft(
            librosa.effects.preemphasis(samples, coef=front_end.own_pre_emphasis, zi=[0]),
            n_fft=front_end.n_fft,
            win_length=front_end.win_length,
            hop_length=front_end.hop_length,
            pad_mode="constant",
        )
        mel = self._filters @ (np.abs(spectrum) ** 2)
        frames = (np.log(mel + front_end.floor) + front_end.offset) / front_end.divisor
        embedding, steps = self._heard(frames.T[None, : self._frames].astype(np.float32))
        music, _ = (1 / (1 + np.exp(-self._logits("gate", steps)))).mean(axis=0)
        self._logits("tags", embedding)
        if music < self._manifests["gate"].threshold("music"):
            self._logits("scene", embedding)
            return None
        powers = np.exp(self._logits("genre", embedding))
        probabilities: Samples = powers / powers.sum()
        return probabilities

    def _heard(self, window: Samples) -> tuple[Samples, Samples]:
        names = [self._ear.outputs[output].name for output in ("embedding", "steps")]
        embedding, steps = self._sessions["ear"].run(names, {self._ear.input.name: window})
        return embedding, steps

    def _logits(self, name: str, eaten: Samples) -> Samples:
        manifest = self._manifests[name]
        (logits,) = self._sessions[name].run([manifest.output.name], {manifest.input.name: eaten})
        answer: Samples = logits[0] / manifest.temperature
        return answer
