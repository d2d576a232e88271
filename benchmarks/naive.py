"""The usual way: librosa.load, librosa's mel spectrogram chunk by chunk, ONNX Runtime at batch 1."""

from pathlib import Path

import librosa
import numpy as np
import onnxruntime
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks.network import INPUT, OUTPUT
from benchmarks.stand_in import CHUNK_SECONDS, FRAMES, FRONT_END, GENRES
from service.inference.package import MODEL

Samples = NDArray[np.float32]


class Naive:
    """`one_thread` keeps ONNX Runtime and BLAS to one thread; by default both take all cores, and spin on them."""

    def __init__(self, models: Path, *, one_thread: bool) -> None:
        options = onnxruntime.SessionOptions()
        if one_thread:
            options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._sessions = {
            name: onnxruntime.InferenceSession(
                models / name / "1.0.0" / MODEL, options, providers=["CPUExecutionProvider"]
            )
            for name in ("gate", "genre", "scene")
        }
        self._blas_threads = 1 if one_thread else None

    def answer(self, path: Path) -> dict[str, float]:
        """The mean of the genre model over all chunks of music."""
        with threadpool_limits(self._blas_threads):
            samples, rate = librosa.load(path, sr=FRONT_END.sample_rate, mono=True)
            length = round(CHUNK_SECONDS * rate)
            starts = range(0, len(samples) - length + 1, length)
            heard = [self._chunk(samples[start : start + length]) for start in starts]
        mean = np.mean([scores for scores in heard if scores is not None], axis=0)
        return dict(zip(GENRES, mean.tolist(), strict=True))

    def _chunk(self, samples: Samples) -> Samples | None:
        mel = librosa.feature.melspectrogram(
            y=samples,
            sr=FRONT_END.sample_rate,
            n_fft=FRONT_END.n_fft,
            win_length=FRONT_END.win_length,
            hop_length=FRONT_END.hop_length,
            n_mels=FRONT_END.n_mels,
            fmin=FRONT_END.fmin,
            fmax=FRONT_END.fmax,
            pad_mode="constant",
        )
        window = librosa.power_to_db(mel, top_db=None).T[None, :FRAMES].astype(np.float32)
        music, _ = self._logits("gate", window)
        if music < 0:
            self._logits("scene", window)
            return None
        powers = np.exp(self._logits("genre", window))
        probabilities: Samples = powers / powers.sum()
        return probabilities

    def _logits(self, name: str, window: Samples) -> Samples:
        (logits,) = self._sessions[name].run([OUTPUT], {INPUT: window})
        answer: Samples = logits[0]
        return answer
