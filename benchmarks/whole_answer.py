"""Processor time of the whole answer, against its floor and against the usual way."""

from functools import partial
from pathlib import Path

import librosa
import numpy as np
import onnxruntime
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from benchmarks.measurement import BenchmarkResult, Calls, Measurement, Times, interleaved, medians, ratio, table
from benchmarks.probe import check_work, whole_answer
from benchmarks.stages import floor
from benchmarks.workspace import SECONDS, Workspace
from service.engine import Engine
from service.features.logmel import LogMel, filters_of
from service.inference.manifest import EarManifest
from service.inference.package import MODEL
from service.inference.store import ModelStore
from service.types import Report

Samples = NDArray[np.float32]

MAX_OVER_FLOOR: dict[str, float | None] = {"mp3": 1.65, "wav": 3.2, "flac": 1.75, "m4a": 1.8, "ogg": 1.7, "opus": None}
MIN_NAIVE_OVER_WHOLE = {"mp3": 5.0, "wav": 6.0}
ROUNDS = 7
NAIVE_ROUNDS = 3
SAME_ANSWER = 0.02
"""The usual way starts every chunk's frames anew, and its MP3 decoder starts some milliseconds later."""


def measure(workspace: Workspace) -> Measurement:
    engine = Engine.load(workspace.settings)
    results: list[BenchmarkResult] = []
    raw: dict[str, Times] = {}
    rows = []
    for extension, at_most in MAX_OVER_FLOOR.items():
        path = workspace.sound(extension)
        check_work(engine.analyse(path))
        calls: Calls = {"floor": partial(floor, path), "whole": partial(whole_answer, engine, path)}
        times = raw[extension] = interleaved(calls, ROUNDS)
        results.append(
            BenchmarkResult(f"whole answer / floor, {extension}", ratio(times, "whole", "floor"), "x", at_most)
        )
        middle = medians(times)
        speeds = [f"{SECONDS / middle[name]:.0f}" for name in ("floor", "whole")]
        rows.append([extension, *(f"{1000 * middle[name]:.0f}" for name in ("floor", "whole")), *speeds])
    for extension, at_least in MIN_NAIVE_OVER_WHOLE.items():
        times = raw[f"{extension}, naive"] = _against_naive(workspace, engine, extension)
        results.append(
            BenchmarkResult(f"naive / whole answer, {extension}", ratio(times, "naive", "whole"), "x", None, at_least)
        )
        results.append(
            BenchmarkResult(f"naive on one thread / whole answer, {extension}", ratio(times, "naive1", "whole"), "x")
        )
        middle = medians(times)
        rows += [
            [f"{extension}, {name}", "", f"{1000 * middle[name]:.0f}", "", f"{SECONDS / middle[name]:.0f}"]
            for name in ("naive", "naive1")
        ]
    head = ["five minutes of", "floor ms", "whole ms", "floor x real time", "whole x real time"]
    models = [session.manifest.reference for session in engine.cascade.sessions.values()]
    return Measurement(
        results, {"cpu_seconds": raw, "models": models}, f"{table(head, rows)}\nModels: {', '.join(models)}"
    )


def _against_naive(workspace: Workspace, engine: Engine, extension: str) -> Times:
    path = workspace.sound(extension)
    naive, naive1 = (Naive(workspace.models, one_thread=one) for one in (False, True))
    _check_same(engine.analyse(path), naive1.answer(path))
    calls: Calls = {
        "whole": partial(whole_answer, engine, path),
        "naive1": partial(naive1.answer, path),
        "naive": partial(naive.answer, path),
    }
    return interleaved(calls, NAIVE_ROUNDS)


def _check_same(report: Report, naive: dict[str, float]) -> None:
    """The usual way does the same work: its averages are ours."""
    ours = report.branches["genre"].probabilities
    assert ours is not None
    difference = max(abs(ours[label] - probability) for label, probability in naive.items())
    assert difference < SAME_ANSWER, f"the averages differ by {difference:.4f}"


class Naive:
    """The usual way: librosa.load, librosa's mel spectrogram chunk by chunk, ONNX Runtime at batch 1.

    `one_thread` keeps ONNX Runtime and BLAS to one thread; by default both take all cores, and spin on them."""

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
