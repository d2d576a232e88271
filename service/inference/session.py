"""One ONNX model, ready to run: explicit threads, fixed batch shapes, logits to probabilities."""

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from service.inference.manifest import Manifest

BATCH = 8
"""Small CNNs gain nothing from larger batches on a CPU, and lose up to 40 % at 128."""

Probabilities = NDArray[np.float32]


class Session:
    """Runs batches of 1, 2, 4 or 8 only: few shapes keep ONNX Runtime's memory arena from growing."""

    def __init__(self, model: bytes, manifest: Manifest) -> None:
        self.manifest = manifest
        self._session = open_graph(model)

    @property
    def inputs(self) -> dict[str, tuple[int | None, ...]]:
        """Name -> shape, None for a free dimension, as the ONNX graph itself declares them."""
        return {node.name: _shape(node.shape) for node in self._session.get_inputs()}

    @property
    def element_types(self) -> set[str]:
        """Of all inputs and outputs, in ONNX's words: `tensor(float)`."""
        return {node.type for node in (*self._session.get_inputs(), *self._session.get_outputs())}

    @property
    def outputs(self) -> dict[str, tuple[int | None, ...]]:
        return {node.name: _shape(node.shape) for node in self._session.get_outputs()}

    def logits(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32 (n, frames, bins) -> float32 (n, labels)."""
        parts = [self._run(windows[start : start + BATCH]) for start in range(0, len(windows), BATCH)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def probabilities(self, windows: NDArray[np.float32]) -> Probabilities:
        """float32 (n, frames, bins) -> float32 (n, labels) in [0, 1], calibrated by the manifest's temperature."""
        scaled = self.logits(windows) / np.float32(self.manifest.temperature)
        return _sigmoid(scaled) if self.manifest.activation == "sigmoid" else _softmax(scaled)

    def _run(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        count = len(windows)
        missing = (1 << (count - 1).bit_length()) - count
        batch = np.concatenate([windows, np.zeros((missing, *windows.shape[1:]), np.float32)]) if missing else windows
        (output,) = self._session.run([self.manifest.output.name], {self.manifest.input.name: batch})
        logits: NDArray[np.float32] = output[:count]
        return logits


def _shape(declared: list[int | str | None]) -> tuple[int | None, ...]:
    return tuple(size if isinstance(size, int) else None for size in declared)


def open_graph(model: bytes) -> onnxruntime.InferenceSession:
    """On one thread: one worker has one core, and ONNX Runtime does not know of cgroup quotas."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _sigmoid(logits: NDArray[np.float32]) -> Probabilities:
    return (1 / (1 + np.exp(-np.clip(logits, -60, 60)))).astype(np.float32)


def _softmax(logits: NDArray[np.float32]) -> Probabilities:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    normalised: Probabilities = powers / powers.sum(axis=1, keepdims=True)
    return normalised
