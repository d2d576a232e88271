"""What embeds sound: a recipe's table `[embedder]`, and the files that hear frames or waveforms."""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from service.features.kinds import AnyFrontEnd
from service.inference.session import open_graph
from training.cache.file_cache import blocks_at

SAMPLE_RATE = 16_000
"""Hz, of the sound that every such file hears."""
TFLITE_IDENTIFIER = b"TFL3"
MOST_NAMES = 6
"""Tensors that an error lists: the last ones, among which an embedding usually is."""
Rows = NDArray[np.float32]
"""(n,) samples, or (n, bins) frames."""
Embeddings = NDArray[np.float32]
"""(n, width)"""


class EmbedderError(Exception):
    """The file embeds nothing for us. Says why, and what would do."""


@dataclass(frozen=True, slots=True, eq=False)
class SoundRows:
    """A whole file, and how long it is."""

    rows: Rows
    seconds: float


class Embedder(Protocol):
    @property
    def rate(self) -> float:
        """Rows a second."""
        ...

    @property
    def window(self) -> int:
        """Rows that it hears at once."""
        ...

    @property
    def width(self) -> int: ...

    def hear(self, path: Path) -> SoundRows:
        """Raises EarmarkError if the file cannot be decoded."""
        ...

    def embed(self, windows: Rows) -> Embeddings:
        """float32 (n, window) or (n, window, bins) -> float32 (n, width)."""
        ...


def spread(length: int, window: int) -> list[int]:
    """Where windows start, so that all of `length` rows is heard by as few of them as can be, evenly apart."""
    assert length >= window
    count = -(-length // window)
    return [round(index * (length - window) / max(1, count - 1)) for index in range(count)]


def no_such_tensor(graph: str, tensor: str, computed: Sequence[str]) -> EmbedderError:
    """`graph` is what it is called in the message."""
    some = ", ".join(repr(name) for name in computed[-MOST_NAMES:])
    return EmbedderError(f"{graph} computes no tensor {tensor!r}; the last of its {len(computed)} are {some}.")


class _Kind(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    learned_from: tuple[str, ...] = ()
    """Corpora whose labels it has learned already: numbers measured on them are no test results, and called so."""


class WaveformEmbedder(_Kind):
    """A TFLite file that hears one waveform at 16 kHz. Can be measured, not exported."""

    kind: Literal["waveform"] = "waveform"
    tensor: str | None = None
    """By its name inside; the file's output, if not given."""


class FramesEmbedder(_Kind):
    """An ONNX file with one input, float32 (batch, frames, bins), the batch free."""

    kind: Literal["frames"] = "frames"
    tensor: str | None = None
    """By its name inside; the file's first output, if not given."""
    front_end: AnyFrontEnd


class PackageEmbedder(_Kind):
    """A folder `<name>/<version>` as the service has them: an ear's embedding, or what the last layer is given."""

    kind: Literal["package"] = "package"
    learned_from: tuple[str, ...]


class VggishEmbedder(_Kind):
    """VGGish, with a file of published weights in torchvggish's layout."""

    kind: Literal["vggish"] = "vggish"


AnyEmbedder = Annotated[
    WaveformEmbedder | FramesEmbedder | PackageEmbedder | VggishEmbedder, Field(discriminator="kind")
]


class OnnxEmbedder:
    """Embeds with a graph that has one output."""

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

    def hear(self, path: Path) -> SoundRows:
        stream, samples, pieces = self._front_end.stream(), 0, []
        for block in blocks_at(path, self._front_end.sample_rate):
            samples += len(block)
            pieces.append(stream.push(block))
        frames = np.concatenate([*pieces, stream.finish()])
        return SoundRows(frames, samples / self._front_end.sample_rate)

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

    def hear(self, path: Path) -> SoundRows:
        samples = np.concatenate([block.copy() for block in blocks_at(path, SAMPLE_RATE)])
        return SoundRows(samples, len(samples) / SAMPLE_RATE)

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
