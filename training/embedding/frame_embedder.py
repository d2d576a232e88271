"""An embedder that hears frames, as the service computes them: an ONNX file and a front-end."""

from pathlib import Path

import numpy as np

from service.features.kinds import AnyFrontEnd
from service.inference.session import open_graph
from training.cache.decoded import blocks_at
from training.embedding.embedder import EmbedderError, Embeddings, Heard, Rows


class OnnxEmbedder:
    """Of a graph with one output."""

    def __init__(self, path: Path, front_end: AnyFrontEnd) -> None:
        self._front_end = front_end
        self.rate = front_end.sample_rate / front_end.hop_length
        try:
            self._session = open_graph(path.read_bytes())
        except Exception as error:  # ONNX Runtime has a type of its own for every kind of bad graph
            raise EmbedderError(f"ONNX Runtime cannot load {path.name} ({type(error).__name__}).") from error
        inputs = self._session.get_inputs()
        shape = inputs[0].shape if len(inputs) == 1 else []
        if [one.type for one in inputs] != ["tensor(float)"] or len(shape) != 3 or not isinstance(shape[1], int):
            raise EmbedderError(
                f"{path.name} takes {[(one.name, one.type, one.shape) for one in inputs]}; an embedder takes one "
                f"tensor(float) of shape (batch, frames, bins), with a fixed number of frames."
            )
        if shape[2] != front_end.bins:
            raise EmbedderError(f"{path.name} hears {shape[2]} bins; the front-end gives {front_end.bins}.")
        self._input, self.window = inputs[0].name, shape[1]
        self.width = self._checked_width(path)

    def hear(self, path: Path) -> Heard:
        stream, samples, pieces = self._front_end.stream(), 0, []
        for block in blocks_at(path, self._front_end.sample_rate):
            samples += len(block)
            pieces.append(stream.push(block))
        frames = np.concatenate([*pieces, stream.finish()])
        return Heard(frames, samples / self._front_end.sample_rate)

    def embed(self, windows: Rows) -> Embeddings:
        (output,) = self._session.run(None, {self._input: windows})
        embeddings: Embeddings = np.asarray(output).reshape(len(windows), -1)
        return embeddings

    def _checked_width(self, path: Path) -> int:
        try:
            (one,), two = (
                self.embed(np.zeros((count, self.window, self._front_end.bins), np.float32)) for count in (1, 2)
            )
        except Exception as error:
            raise EmbedderError(
                f"{path.name} cannot hear one window, and two at once ({type(error).__name__}); its batch must be free."
            ) from error
        if two.dtype != np.float32 or len(one) != two.shape[1]:
            raise EmbedderError(
                f"{path.name} gives {len(one)} numbers for a window alone and {two.shape[1]} of {two.dtype} for one of "
                "two; an embedding is as many 32-bit floats for each."
            )
        return len(one)
