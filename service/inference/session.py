"""ONNX models, ready to run: explicit threads, fixed batch shapes, logits to probabilities."""

from collections.abc import Mapping, Sequence

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from service.features.ear import Output
from service.features.framing import Frames
from service.features.logmel import LogMel
from service.features.stft import Stft
from service.inference.manifest import EarManifest, Manifest

BATCH = 8
"""Small CNNs gain nothing from larger batches on a CPU, and lose up to 40 % at 128."""

Array = NDArray[np.float32]
Shape = tuple[int | None, ...]


class Graph:
    """Runs batches of 1, 2, 4 or 8 only: few shapes keep ONNX Runtime's memory arena from growing."""

    def __init__(self, model: bytes) -> None:
        self._session = open_graph(model)

    @property
    def inputs(self) -> dict[str, Shape]:
        """Name -> shape, None for a free dimension, as the ONNX graph itself declares them."""
        return {node.name: _shape(node.shape) for node in self._session.get_inputs()}

    @property
    def outputs(self) -> dict[str, Shape]:
        return {node.name: _shape(node.shape) for node in self._session.get_outputs()}

    @property
    def element_types(self) -> set[str]:
        """Types of all inputs and outputs, in ONNX's words: `tensor(float)`."""
        return {node.type for node in (*self._session.get_inputs(), *self._session.get_outputs())}

    def run(self, outputs: Sequence[str], name: str, windows: Array) -> list[Array]:
        """float32 (n, ...) as input `name` -> each of `outputs`, float32 (n, ...)."""
        parts = [
            self._run_batch(outputs, name, windows[start : start + BATCH]) for start in range(0, len(windows), BATCH)
        ]
        return parts[0] if len(parts) == 1 else [np.concatenate(pieces) for pieces in zip(*parts, strict=True)]

    def _run_batch(self, outputs: Sequence[str], name: str, windows: Array) -> list[Array]:
        count = len(windows)
        missing = (1 << (count - 1).bit_length()) - count
        batch = np.concatenate([windows, np.zeros((missing, *windows.shape[1:]), np.float32)]) if missing else windows
        return [values[:count] for values in self._session.run(list(outputs), {name: batch})]


class Session:
    """A model that names labels."""

    def __init__(self, model: bytes, manifest: Manifest) -> None:
        self.manifest = manifest
        self.graph = Graph(model)

    def logits(self, windows: Array) -> Array:
        """float32 (n, frames, bins), or what a head eats -> float32 (n, labels) or (n, steps, labels)."""
        (logits,) = self.graph.run([self.manifest.output.name], self.manifest.input.name, windows)
        return logits

    def probabilities(self, windows: Array) -> Array:
        """The same in [0, 1], calibrated by the manifest's temperature."""
        scaled = self.logits(windows) / np.float32(self.manifest.temperature)
        return _sigmoid(scaled) if self.manifest.activation == "sigmoid" else _softmax(scaled)


class EarSession:
    """An ear, ready to hear windows for its heads."""

    def __init__(self, model: bytes, manifest: EarManifest) -> None:
        self.manifest = manifest
        self.graph = Graph(model)

    @property
    def front_end(self) -> LogMel | Stft:
        return self.manifest.front_end

    @property
    def frames(self) -> int:
        return self.manifest.frames

    def hear(self, windows: Frames) -> Mapping[Output, Array]:
        """float32 (n, frames, bins) -> `embedding` float32 (n, width), `steps` float32 (n, steps, step width)."""
        names = [tensor.name for tensor in self.manifest.outputs.values()]
        return dict(zip(self.manifest.outputs, self.graph.run(names, self.manifest.input.name, windows), strict=True))


def _shape(declared: list[int | str | None]) -> Shape:
    return tuple(size if isinstance(size, int) else None for size in declared)


def open_graph(model: bytes) -> onnxruntime.InferenceSession:
    """On one thread: one worker has one core, and ONNX Runtime does not know of cgroup quotas."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _sigmoid(logits: Array) -> Array:
    return (1 / (1 + np.exp(-np.clip(logits, -60, 60)))).astype(np.float32)


def _softmax(logits: Array) -> Array:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    normalised: Array = powers / powers.sum(axis=-1, keepdims=True)
    return normalised
