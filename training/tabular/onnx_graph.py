"""An ONNX graph written node by node, in 64-bit floats inside: as scikit-learn computes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from training.export.onnx_export import INPUT, OUTPUT

OPSET, ML_OPSET, IR_VERSION = 18, 3, 9
"""What ONNX Runtime has read for years; trees with 64-bit thresholds need the third version of the ML operators."""
LEAST_PROBABILITY = 1e-7
"""Below, logits would run away: a classifier that counts neighbours or leaves says 0 of what it has not met there."""
Name = str


class GraphBuilder:
    """`rows` is the input, float64 (batch, bins), from frames float32 (batch, 1, bins)."""

    def __init__(self, bins: int) -> None:
        self._bins = bins
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self.rows = self.node("Reshape", self.widened(INPUT), self.constant(np.array([-1, bins])))

    def constant(self, values: NDArray[Any] | float) -> Name:
        """Integers as int64, everything else as float64."""
        array = np.asarray(values)
        name = f"constant{len(self._constants)}"
        dtype = np.int64 if array.dtype.kind in "iu" else np.float64
        self._constants.append(numpy_helper.from_array(array.astype(dtype), name))
        return name

    def node(self, operator: str, *inputs: Name, domain: str = "", **attributes: Any) -> Name:
        """Adds a node of one output, which is returned."""
        return self.nodes(operator, inputs, 1, domain, **attributes)[0]

    def nodes(
        self, operator: str, inputs: Sequence[Name], outputs: int, domain: str = "", **attributes: Any
    ) -> list[Name]:
        number = len(self._nodes)
        names = [f"{operator.lower()}{number}_{index}" for index in range(outputs)]
        self._nodes.append(helper.make_node(operator, inputs, names, f"node{number}", domain=domain, **attributes))
        return names

    def widened(self, values: Name) -> Name:
        """As float64."""
        return self.node("Cast", values, to=TensorProto.DOUBLE)

    def affine(self, rows: Name, weights: NDArray[np.float64], offset: NDArray[np.float64]) -> Name:
        """rows @ weights + offset"""
        return self.node("Add", self.node("MatMul", rows, self.constant(weights)), self.constant(offset))

    def softmax(self, margins: Name) -> Name:
        return self.node("Softmax", margins, axis=1)

    def shares(self, scores: Name) -> Name:
        """Each divided by their sum."""
        total = self.node("ReduceSum", scores, self.constant(np.array([1])), keepdims=1)
        return self.node("Div", scores, total)

    def for_each_label(self, margins: Name, labels: int) -> Name:
        """As they are; but two labels have one margin, which speaks for the second against the first."""
        if labels > 2:
            return margins
        return self.node("Concat", self.node("Sub", margins, margins), margins, axis=1)

    def model(self, probabilities: Name, labels: int) -> bytes:
        """The whole, with logits float32 (batch, labels): logarithms of the probabilities, float64 of that shape."""
        bounded = self.node("Max", probabilities, self.constant(LEAST_PROBABILITY))
        narrow = self.node("Cast", self.node("Log", bounded), to=TensorProto.FLOAT)
        self._nodes.append(helper.make_node("Identity", [narrow], [OUTPUT], "last"))
        graph = helper.make_graph(
            self._nodes,
            "classifier",
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["batch", 1, self._bins])],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["batch", labels])],
            self._constants,
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_OPSET)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString(deterministic=True))
