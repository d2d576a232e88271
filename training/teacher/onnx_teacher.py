"""A teacher from an ONNX file, by ONNX Runtime: its output, or any tensors inside."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from service.inference.session import open_graph
from training.teacher.teacher import Teacher, TeacherError, no_such_tensor, waveform_samples


class OnnxTeacher(Teacher):
    """One thread. An integer tensor is read where the graph itself turns it into floats."""

    def __init__(self, path: Path, tensors: Sequence[str | None], hop_samples: int) -> None:
        model = _read(path)
        _set_outputs(path, model, tensors)
        session = _session(path, model)
        inputs = session.get_inputs()
        shapes = {one.name: [size if isinstance(size, int) else 1 for size in one.shape] for one in inputs}
        length = waveform_samples(path, shapes, {one.type for one in inputs} == {"tensor(float)"})
        for output in session.get_outputs():
            if output.type != "tensor(float)":
                raise TeacherError(f"{path.name}: {output.name!r} is {output.type}; a lesson is made of tensor(float).")
        self._session = session
        self._input, self._shape = inputs[0].name, shapes[inputs[0].name]
        super().__init__(length, hop_samples)

    def _answer(self, window: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        answers = self._session.run(None, {self._input: window.reshape(self._shape)})
        return [answer.ravel() for answer in answers]


def _read(path: Path) -> onnx.ModelProto:
    try:
        return onnx.load(path)
    except Exception as error:  # the parser's own, which onnx does not export
        raise TeacherError(f"{path.name} is no ONNX file.") from error


def _session(path: Path, model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    try:
        return open_graph(model.SerializeToString())
    except Exception as error:  # ONNX Runtime has a type of its own for every kind of bad graph
        raise TeacherError(f"ONNX Runtime cannot load {path.name} ({type(error).__name__}).") from error


def _set_outputs(path: Path, model: onnx.ModelProto, tensors: Sequence[str | None]) -> None:
    """Makes the tensors, or the floats that they stand for, the only outputs."""
    computed = [name for node in model.graph.node for name in node.output if name]
    floats = {node.input[0]: node.output[0] for node in model.graph.node if node.op_type == "DequantizeLinear"}
    if not model.graph.output:
        raise TeacherError(f"{path.name} has no output.")
    own = model.graph.output[0].name
    for tensor in tensors:
        if tensor is not None and tensor not in computed:
            raise no_such_tensor(path, tensor, computed)
    names = [own if tensor is None else tensor for tensor in tensors]
    del model.graph.output[:]
    model.graph.output.extend(onnx.ValueInfoProto(name=floats.get(name, name)) for name in names)
