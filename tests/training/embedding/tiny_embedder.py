"""An embedder of frames whose answers can be worked out: means of bands over its window, then a linear layer."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from service.features.logmel import LogMel
from service.inference.package import Package
from tests.tiny_models import fields
from training.export.package_writer import write_package

FRONT_END = LogMel(sample_rate=16_000, n_fft=512, win_length=512, hop_length=320, n_mels=32, fmin=50, fmax=8_000)
WINDOW = 20
"""0.4 s"""
EMBEDDING, LABELS = "frames_mean", 3
WEIGHTS = np.random.default_rng(5).normal(size=(FRONT_END.bins, LABELS)).astype(np.float32)
OFFSET = np.array([1.0, 2.0, 3.0], np.float32)


def network(window: int = WINDOW, batch: int | str = "batch") -> onnx.ModelProto:
    """frames -> EMBEDDING -> logits. Names stand in it that packages have as well."""
    weights = {"weights": WEIGHTS, "offset": OFFSET, "shape": np.array([-1, FRONT_END.bins])}
    nodes = [
        helper.make_node("ReduceMean", ["frames"], ["kept"], axes=[1], keepdims=1),
        helper.make_node("Reshape", ["kept", "shape"], [EMBEDDING]),
        helper.make_node("MatMul", [EMBEDDING, "weights"], ["margins"]),
        helper.make_node("Add", ["margins", "offset"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("frames", TensorProto.FLOAT, [batch, window, FRONT_END.bins])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [batch, LABELS])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def network_file(path: Path) -> Path:
    onnx.save(network(), path)
    return path


def package(models: Path) -> Package:
    wanted = fields("tiny", ("a", "b", "c"), "softmax", FRONT_END, chunk_seconds=WINDOW * 0.02)
    wanted["input"] = {"name": "frames", "shape": (None, WINDOW, FRONT_END.bins)}
    return write_package(models, network().SerializeToString(), "# tiny\n", **wanted)
