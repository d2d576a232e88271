"""A TFLite tagger whose answers can be worked out by hand: weighted sums of a window's samples.

waveform (WINDOW,) -> sums (1, WIDTH) -> 8-bit integers -> scores (1, WIDTH) = 2 x the integers' values
"""

from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

WINDOW, WIDTH = 800, 3
SCALE, ZERO = 0.5, -3
"""Of the integers inside."""
SUMS, INTEGERS, SCORES, BEST = "network/sums", "network/integers", "network/scores", "network/best"
WEIGHTS = np.stack([np.full(WINDOW, 0.01), np.linspace(-0.05, 0.05, WINDOW), np.full(WINDOW, -0.02)]).astype(np.float32)


def sums(window: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32 (WIDTH,)"""
    return (WEIGHTS @ window).astype(np.float32)


def tagger(path: Path, shape: tuple[int, ...] = (WINDOW,), inputs: int = 1) -> Path:
    """`inputs` other than one make a model that is no tagger of one waveform."""
    model = schema.ModelT()
    model.version, model.description = 3, b"tagger"
    model.buffers = [schema.BufferT() for _ in range(3)]
    for buffer, values in zip(model.buffers[1:], (WEIGHTS, np.array([1], np.int32)), strict=True):
        buffer.data = np.frombuffer(values.tobytes(), np.uint8)
    operators = schema.BuiltinOperator
    codes = (operators.FULLY_CONNECTED, operators.QUANTIZE, operators.DEQUANTIZE, operators.ADD, operators.ARG_MAX)
    model.operatorCodes = [_code(code) for code in codes]
    waveforms = [_tensor(f"waveform{number}", shape) for number in range(inputs)]
    graph = schema.SubGraphT()
    graph.tensors = [
        _tensor("weights", (WIDTH, WINDOW), buffer=1),
        _tensor(SUMS, (1, WIDTH)),
        _tensor(INTEGERS, (1, WIDTH), kind=schema.TensorType.INT8),
        _tensor("floats", (1, WIDTH)),
        _tensor(SCORES, (1, WIDTH)),
        _tensor("axis", (1,), buffer=2, kind=schema.TensorType.INT32),
        _tensor(BEST, (1,), kind=schema.TensorType.INT64),
        *waveforms,
    ]
    graph.inputs, graph.outputs = np.arange(7, 7 + inputs, dtype=np.int32), np.array([4], dtype=np.int32)
    options, best = schema.BuiltinOptions, schema.ArgMaxOptionsT()
    best.outputType = schema.TensorType.INT64
    graph.operators = [
        _operator(0, [7, 0, -1], 1, options.FullyConnectedOptions, schema.FullyConnectedOptionsT()),
        _operator(1, [1], 2, options.QuantizeOptions, schema.QuantizeOptionsT()),
        _operator(2, [2], 3, options.DequantizeOptions, schema.DequantizeOptionsT()),
        _operator(3, [3, 3], 4, options.AddOptions, schema.AddOptionsT()),
        _operator(4, [4, 5], 6, options.ArgMaxOptions, best),
    ]
    model.subgraphs = [graph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    path.write_bytes(bytes(builder.Output()))
    return path


def _tensor(name: str, shape: tuple[int, ...], *, buffer: int = 0, kind: int = schema.TensorType.FLOAT32) -> Any:
    """8-bit integers have a scale."""
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.buffer = name.encode(), np.array(shape, dtype=np.int32), buffer
    tensor.type = kind
    if kind == schema.TensorType.INT8:
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
