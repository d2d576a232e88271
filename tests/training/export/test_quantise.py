"""Integers instead of floats: smaller, and nearly as good, on a network that has learned something."""

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto

from service.inference.session import open_graph
from tests.training.export.spectrograms import BINS, CLASSES, FRAMES, spectrograms, trained_cnn
from training.evaluation.predictions import Activation
from training.export.errors import ExportError
from training.export.integers import check_decisions
from training.export.onnx_export import export_onnx
from training.export.quantise import quantise

CALIBRATION, _ = spectrograms(200, seed=2)
HELD_OUT, TRUTH = spectrograms(500, seed=3)


@pytest.fixture(scope="module")
def floats() -> bytes:
    return export_onnx(trained_cnn(), FRAMES, BINS, CLASSES)


@pytest.fixture(scope="module")
def integers(floats: bytes) -> bytes:
    return quantise(floats, CALIBRATION)


def logits(model: bytes) -> NDArray[np.float32]:
    (answer,) = open_graph(model).run(["logits"], {"frames": HELD_OUT})
    return np.asarray(answer)


def accuracy(model: bytes) -> float:
    return float((logits(model).argmax(axis=1) == TRUTH).mean())


def test_a_trained_network_keeps_its_accuracy(floats: bytes, integers: bytes) -> None:
    assert accuracy(floats) > 0.9
    assert abs(accuracy(floats) - accuracy(integers)) <= 0.02


def test_the_ranges_come_from_the_windows_that_are_given(floats: bytes) -> None:
    """From silence: whatever is louder is cut off."""
    deaf = quantise(floats, np.full((8, FRAMES, BINS), -100, np.float32))
    assert accuracy(deaf) < accuracy(floats) - 0.02
    with pytest.raises(ExportError, match=r"decides otherwise about \d+\.\d% of typical windows; 5% is allowed"):
        check_decisions(deaf, floats, "softmax", HELD_OUT)


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_decisions_stay_nearly_the_same(floats: bytes, integers: bytes, activation: Activation) -> None:
    check_decisions(integers, floats, activation, HELD_OUT)


def test_weights_are_bytes_with_a_scale_per_channel(floats: bytes, integers: bytes) -> None:
    graph = onnx.load_from_string(integers).graph
    sizes = {one.name: one for one in graph.initializer}
    weights = [one for one in graph.initializer if one.data_type == TensorProto.INT8 and len(one.dims) == 4]
    assert len(weights) == 3
    producers = {name: node for node in graph.node for name in node.output}
    for node in graph.node:
        if node.op_type == "Conv":
            weight = producers[node.input[1]]
            assert list(sizes[weight.input[1]].dims) == [sizes[weight.input[0]].dims[0]]
    quantised = [node for node in graph.node if node.op_type == "QuantizeLinear"]
    assert {sizes[node.input[2]].data_type for node in quantised} == {TensorProto.UINT8}
    assert len(integers) < len(floats)


def test_the_input_is_normalised_and_the_logits_are_made_in_floats(integers: bytes) -> None:
    graph = onnx.load_from_string(integers).graph
    producers = {name: node.op_type for node in graph.node for name in node.output}
    (normalisation,) = [node for node in graph.node if node.op_type == "BatchNormalization"]
    assert producers[normalisation.input[0]] == "Transpose"
    assert producers["logits"] == "Gemm"
    assert len(np.unique(logits(integers))) > 900


def test_equal_input_gives_equal_bytes(floats: bytes, integers: bytes) -> None:
    assert quantise(floats, CALIBRATION) == integers
