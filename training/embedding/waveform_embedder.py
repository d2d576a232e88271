"""An embedder that hears samples: a TFLite file, by LiteRT; its output, or any tensor inside."""

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.cache.decoded import blocks_at
from training.embedding.embedder import EmbedderError, Embeddings, Heard, Rows, no_such_tensor

SAMPLE_RATE = 16_000
"""Hz, of the sound that every such file hears."""
TFLITE_IDENTIFIER = b"TFL3"


class TfliteEmbedder:
    """One thread. Raises EmbedderError if the file hears no waveform, or does not compute the tensor."""

    def __init__(self, path: Path, tensor: str | None) -> None:
        runtime, schema, flatbuffers = _litert()
        content = path.read_bytes()
        _interpreter(path, content, runtime)  # which also checks the file
        self._interpreter = _interpreter(path, _with_output(path, content, tensor, schema, flatbuffers), runtime)
        inputs, (self._output,) = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        self._input = inputs[0]
        _check_numbers(path, self._output)
        self.rate = float(SAMPLE_RATE)
        self.window = _waveform_samples(path, inputs)
        self.width = len(self._answer(np.zeros(self.window, np.float32)))

    def hear(self, path: Path) -> Heard:
        samples = np.concatenate([block.copy() for block in blocks_at(path, SAMPLE_RATE)])
        return Heard(samples, len(samples) / SAMPLE_RATE)

    def embed(self, windows: Rows) -> Embeddings:
        return np.stack([self._answer(window) for window in windows])

    def _answer(self, window: Rows) -> Embeddings:
        """float32 (window,) -> float32 (width,)"""
        self._interpreter.set_tensor(self._input["index"], window.reshape(self._input["shape"]))
        self._interpreter.invoke()
        return _floats(self._interpreter.get_tensor(self._output["index"]), self._output)


def _litert() -> tuple[ModuleType, ModuleType, ModuleType]:
    """Interpreter, schema and flatbuffers: imported only where a TFLite file is used."""
    try:
        return (
            importlib.import_module("ai_edge_litert.interpreter"),
            importlib.import_module("ai_edge_litert.schema_py_generated"),
            importlib.import_module("flatbuffers"),
        )
    except ImportError as error:
        raise EmbedderError(
            "A TFLite file needs the package ai-edge-litert, which is not installed: pip install ai-edge-litert"
        ) from error


def _interpreter(path: Path, content: bytes, runtime: ModuleType) -> Any:
    try:
        interpreter = runtime.Interpreter(model_content=content, num_threads=1)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise EmbedderError(f"{path.name} is no TFLite file that LiteRT can load: {error}") from error
    return interpreter


def _with_output(path: Path, content: bytes, tensor: str | None, schema: ModuleType, flatbuffers: ModuleType) -> bytes:
    """The same model with this tensor as its only output, so that no delegate can optimise it away."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    graph = model.subgraphs[0]
    computed = {graph.tensors[index].name.decode(): index for operator in graph.operators for index in operator.outputs}
    if tensor is not None and tensor not in computed:
        raise no_such_tensor(path.name, tensor, list(computed))
    output = graph.outputs[0] if tensor is None else computed[tensor]
    graph.outputs = np.array([output], dtype=np.int32)
    model.signatureDefs = []  # they name the outputs that it had
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), TFLITE_IDENTIFIER)
    return bytes(builder.Output())


def _waveform_samples(path: Path, inputs: list[Any]) -> int:
    """The length of the one waveform that the model takes."""
    long = [size for size in inputs[0]["shape"].tolist() if size > 1]
    if len(inputs) == 1 and inputs[0]["dtype"] == np.float32 and len(long) == 1:
        return int(long[0])
    taken = ", ".join(f"{one['name']} {one['shape'].tolist()} of {np.dtype(one['dtype'])}" for one in inputs)
    raise EmbedderError(
        f"{path.name} takes {taken}; an embedder of waveforms takes one waveform, float32 with one dimension of a "
        "fixed number of samples."
    )


def _floats(raw: NDArray[Any], output: Any) -> Embeddings:
    """float32 (n,): integers as what they stand for."""
    scale, zero = output["quantization"]
    flat = raw.ravel().astype(np.float32)
    return (flat - np.float32(zero)) * np.float32(scale) if scale else flat


def _check_numbers(path: Path, output: Any) -> None:
    if output["dtype"] != np.float32 and not output["quantization"][0]:
        raise EmbedderError(
            f"{path.name}: tensor {output['name']!r} is {np.dtype(output['dtype'])} without a scale; "
            "an embedding is made of 32-bit floats, or of integers with a scale."
        )
