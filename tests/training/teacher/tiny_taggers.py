"""Taggers whose answers can be worked out by hand, as ONNX and as TFLite: weighted sums of a window's samples.

waveform (WINDOW,) -> sums (1, WIDTH) -> 8-bit integers -> scores (1, WIDTH) = 2 x the integers' values
"""

from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import onnx
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

WINDOW, HOP, WIDTH = 800, 400, 3
SCALE, ZERO = 0.5, -3
"""Of the integers inside."""
SUMS, INTEGERS, SCORES = "network/sums", "network/integers", "network/scores"
WEIGHTS = np.stack([np.full(WINDOW, 0.01), np.linspace(-0.05, 0.05, WINDOW), np.full(WINDOW, -0.02)]).astype(np.float32)


def sums(window: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32 (WIDTH,)"""
    return (WEIGHTS @ window).astype(np.float32)


def onnx_tagger(path: Path, shape: tuple[int | str, ...] = ("batch", WINDOW)) -> Path:
    nodes = [
        helper.make_node("MatMul", ["waveform", "weights"], [SUMS]),
        helper.make_node("QuantizeLinear", [SUMS, "scale", "zero"], [INTEGERS]),
        helper.make_node("DequantizeLinear", [INTEGERS, "scale", "zero"], ["floats"]),
        helper.make_node("Add", ["floats", "floats"], [SCORES]),
        helper.make_node("ArgMax", [SCORES], ["best"], axis=-1),
    ]
    constants = {"weights": WEIGHTS.T.copy(), "scale": np.float32(SCALE), "zero": np.int8(ZERO)}
    graph = helper.make_graph(
        nodes,
        "tagger",
        [helper.make_tensor_value_info("waveform", TensorProto.FLOAT, shape)],
        [
            helper.make_tensor_value_info(SCORES, TensorProto.FLOAT, None),
            helper.make_tensor_value_info("best", TensorProto.INT64, None),
        ],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path


def tflite_tagger(path: Path, shape: tuple[int, ...] = (WINDOW,), inputs: int = 1) -> Path:
    """`inputs` other than one make a model that is no tagger of one waveform."""
    model = schema.ModelT()
    model.version, model.description = 3, b"tagger"
    model.buffers = [schema.BufferT(), schema.BufferT()]
    model.buffers[1].data = np.frombuffer(WEIGHTS.tobytes(), np.uint8)
    operators = schema.BuiltinOperator
    codes = (operators.FULLY_CONNECTED, operators.QUANTIZE, operators.DEQUANTIZE, operators.ADD)
    model.operatorCodes = [_code(code) for code in codes]
    waveforms = [_tensor(f"waveform{number}", shape) for number in range(inputs)]
    graph = schema.SubGraphT()
    graph.tensors = [
        _tensor("weights", (WIDTH, WINDOW), buffer=1),
        _tensor(SUMS, (1, WIDTH)),
        _tensor(INTEGERS, (1, WIDTH), quantised=True),
        _tensor("floats", (1, WIDTH)),
        _tensor(SCORES, (1, WIDTH)),
        *waveforms,
    ]
    graph.inputs, graph.outputs = np.arange(5, 5 + inputs, dtype=np.int32), np.array([4], dtype=np.int32)
    options = schema.BuiltinOptions
    graph.operators = [
        _operator(0, [5, 0, -1], 1, options.FullyConnectedOptions, schema.FullyConnectedOptionsT()),
        _operator(1, [1], 2, options.QuantizeOptions, schema.QuantizeOptionsT()),
        _operator(2, [2], 3, options.DequantizeOptions, schema.DequantizeOptionsT()),
        _operator(3, [3, 3], 4, options.AddOptions, schema.AddOptionsT()),
    ]
    model.subgraphs = [graph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    path.write_bytes(bytes(builder.Output()))
    return path


def _tensor(name: str, shape: tuple[int, ...], *, buffer: int = 0, quantised: bool = False) -> Any:
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.buffer = name.encode(), np.array(shape, dtype=np.int32), buffer
    tensor.type = schema.TensorType.INT8 if quantised else schema.TensorType.FLOAT32
    if quantised:
        tensor.quantization = schema.QuantizationParametersT()
        tensor.quantization.scale = np.array([SCALE], dtype=np.float32)
        tensor.quantization.zeroPoint = np.array([ZERO], dtype=np.int64)
    return tensor


def _code(code: int) -> Any:
    made = schema.OperatorCodeT()
    made.builtinCode = made.deprecatedBuiltinCode = code
    made.version = 1
    return made


def _operator(code: int, inputs: list[int], output: int, kind: int, options: Any) -> Any:
    made = schema.OperatorT()
    made.opcodeIndex = code
    made.inputs, made.outputs = np.array(inputs, dtype=np.int32), np.array([output], dtype=np.int32)
    made.builtinOptionsType, made.builtinOptions = kind, options
    return made
