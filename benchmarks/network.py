"""A small CNN as ONNX: plain 3x3 convolutions in five scales, of the size that a served model has."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

INPUT, OUTPUT = "features", "logits"
MEAN_DB, SPREAD_DB = -45.0, 20.0
"""Log-mel levels of music are spread about so; a trained network is fed normalised, too."""

# Kernel size, channels, stride.
LAYERS = ((5, 16, 2), (3, 32, 2), (3, 32, 1), (3, 64, 2), (3, 64, 1), (3, 128, 2), (3, 216, 2))


@dataclass(frozen=True, slots=True)
class Network:
    onnx: bytes
    parameters: int
    multiplications: int
    """Of one window (multiply and add count as one)."""


def network(frames: int, bins: int, labels: int, bias: Sequence[float], seed: int) -> Network:
    """Random weights (He), float32 (batch, frames, bins) -> logits float32 (batch, labels), shifted by `bias`."""
    builder = _Builder(np.random.default_rng(seed))
    image = builder.node("Unsqueeze", INPUT, builder.constant(np.array([1], np.int64)))
    image = builder.node("Sub", image, builder.constant(np.array(MEAN_DB, np.float32)))
    image = builder.node("Div", image, builder.constant(np.array(SPREAD_DB, np.float32)))
    channels, height, width = 1, frames, bins
    for kernel, wider, stride in LAYERS:
        height, width = math.ceil(height / stride), math.ceil(width / stride)
        image = builder.convolution(image, (wider, channels, kernel, kernel), stride, height * width)
        channels = wider
    flat = builder.node("Flatten", builder.node("GlobalAveragePool", image))
    weights = builder.weights((labels, channels), fan_in=channels)
    builder.multiplications += labels * channels
    builder.node("Gemm", flat, weights, builder.constant(np.array(bias, np.float32)), output=OUTPUT, transB=1)
    return builder.network(frames, bins, labels)


class _Builder:
    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self.multiplications = 0

    def constant(self, values: NDArray[np.float32] | NDArray[np.int64]) -> str:
        name = f"constant{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(values, name))
        return name

    def weights(self, shape: tuple[int, ...], fan_in: int) -> str:
        values = self._random.standard_normal(shape) * math.sqrt(2 / fan_in)
        return self.constant(values.astype(np.float32))

    def node(self, kind: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        name = output or f"value{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def convolution(self, image: str, shape: tuple[int, int, int, int], stride: int, positions: int) -> str:
        wider, channels, kernel, _ = shape
        weights = self.weights(shape, fan_in=channels * kernel * kernel)
        bias = self.constant(np.zeros(wider, np.float32))
        self.multiplications += positions * math.prod(shape)
        maps = self.node(
            "Conv",
            image,
            weights,
            bias,
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            pads=[kernel // 2] * 4,
        )
        return self.node("Relu", maps)

    def network(self, frames: int, bins: int, labels: int) -> Network:
        graph = helper.make_graph(
            self._nodes,
            "stand_in",
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["batch", frames, bins])],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["batch", labels])],
            self._constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        onnx.checker.check_model(model)
        parameters = sum(math.prod(one.dims) for one in self._constants if one.data_type == TensorProto.FLOAT)
        return Network(bytes(model.SerializeToString()), parameters, self.multiplications)
