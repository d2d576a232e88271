"""A teacher from a TFLite file, by LiteRT: its output, or any tensors inside."""

import importlib
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.teacher.teacher import Teacher, TeacherError, no_such_tensor, waveform_samples

TFLITE_IDENTIFIER = b"TFL3"


class TfliteTeacher(Teacher):
    """One thread. Inner tensors are made outputs of the graph, so that no delegate can optimise them away."""

    def __init__(self, path: Path, tensors: Sequence[str | None], hop_samples: int) -> None:
        runtime, schema, flatbuffers = _litert()
        content = path.read_bytes()
        _interpreter(path, content, runtime)  # which also checks the file
        self._interpreter = _interpreter(path, _with_outputs(path, content, tensors, schema, flatbuffers), runtime)
        self._input, *others = self._interpreter.get_input_details()
        self._outputs = self._interpreter.get_output_details()
        shapes = {one["name"]: one["shape"].tolist() for one in (self._input, *others)}
        length = waveform_samples(path, shapes, self._input["dtype"] == np.float32)
        for output in self._outputs:
            _check_numbers(path, output)
        super().__init__(length, hop_samples)

    def _answer(self, window: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        self._interpreter.set_tensor(self._input["index"], window.reshape(self._input["shape"]))
        self._interpreter.invoke()
        return [_floats(self._interpreter.get_tensor(output["index"]), output) for output in self._outputs]


def _litert() -> tuple[ModuleType, ModuleType, ModuleType]:
    """Interpreter, schema and flatbuffers: imported only where a TFLite teacher is used."""
    try:
        return (
            importlib.import_module("ai_edge_litert.interpreter"),
            importlib.import_module("ai_edge_litert.schema_py_generated"),
            importlib.import_module("flatbuffers"),
        )
    except ImportError as error:
        raise TeacherError(
            "A .tflite teacher needs the package ai-edge-litert, which is not installed: pip install ai-edge-litert"
        ) from error


def _interpreter(path: Path, content: bytes, runtime: ModuleType) -> Any:
    try:
        interpreter = runtime.Interpreter(model_content=content, num_threads=1)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise TeacherError(f"LiteRT cannot load {path.name}: {error}") from error
    return interpreter


def _with_outputs(
    path: Path, content: bytes, tensors: Sequence[str | None], schema: ModuleType, flatbuffers: ModuleType
) -> bytes:
    """The same model with these tensors as its outputs."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    graph = model.subgraphs[0]
    computed = {graph.tensors[index].name.decode(): index for operator in graph.operators for index in operator.outputs}
    for tensor in tensors:
        if tensor is not None and tensor not in computed:
            raise no_such_tensor(path, tensor, list(computed))
    outputs = [graph.outputs[0] if tensor is None else computed[tensor] for tensor in tensors]
    graph.outputs = np.array(outputs, dtype=np.int32)
    model.signatureDefs = []  # they name the outputs that it had
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), TFLITE_IDENTIFIER)
    return bytes(builder.Output())


def _floats(raw: NDArray[Any], output: Any) -> NDArray[np.float32]:
    """float32 (n,): integers as what they stand for."""
    scale, zero = output["quantization"]
    flat = raw.ravel().astype(np.float32)
    return (flat - np.float32(zero)) * np.float32(scale) if scale else flat


def _check_numbers(path: Path, output: Any) -> None:
    if output["dtype"] != np.float32 and not output["quantization"][0]:
        raise TeacherError(
            f"{path.name}: tensor {output['name']!r} is {np.dtype(output['dtype'])} without a scale; "
            "a lesson is made of 32-bit floats, or of integers with a scale."
        )
