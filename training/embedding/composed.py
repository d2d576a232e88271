"""Embedder and head as one ONNX file: the frames of a chunk in, logits out."""

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, compose, helper, numpy_helper

from service.inference.session import open_graph
from training.embedding.embedder import Rows, spread
from training.embedding.head import Head
from training.export.errors import ExportError
from training.export.onnx_export import INPUT, OUTPUT, PARITY_BATCHES

PREFIX = "embedder/"
"""Before every name of the embedder's, so that none is one of ours."""
MAX_DIFFERENCE = 1e-4
"""Between the probabilities of both."""


def composed(embedder: onnx.ModelProto, frames: int, bins: int, width: int, head: Head) -> bytes:
    """`embedder` has one input (batch, window, bins) and one output; its windows are spread over `frames`, and the mean
    of its embeddings, (batch, width), goes to the head."""
    model = compose.add_prefix(embedder, PREFIX)
    graph = model.graph
    constants_inside = {one.name for one in graph.initializer}
    (heard,) = (one for one in graph.input if one.name not in constants_inside)
    window, embedding = heard.type.tensor_type.shape.dim[1].dim_value, graph.output[0].name
    starts = spread(frames, window)
    weights, offset = head.affine()
    constants = {
        "which": np.array(starts)[:, None] + np.arange(window),
        "windows": np.array([-1, window, bins]),
        "chunks": np.array([-1, len(starts) * width]),
        # The mean is in the weights: each window's part of the logits is divided by how many there are.
        "weights": (np.tile(weights, (len(starts), 1)) / len(starts)).astype(np.float32),
        "offset": offset.astype(np.float32),
    }
    nodes = [
        helper.make_node("Gather", [INPUT, "which"], ["gathered"], axis=1),
        helper.make_node("Reshape", ["gathered", "windows"], [heard.name]),
        *graph.node,
        helper.make_node("Reshape", [embedding, "chunks"], ["embedding"]),
        helper.make_node("Gemm", ["embedding", "weights", "offset"], [OUTPUT]),
    ]
    graph.initializer.extend(numpy_helper.from_array(array, name) for name, array in constants.items())
    for field in ("node", "input", "output", "value_info"):
        graph.ClearField(field)
    graph.node.extend(nodes)
    graph.input.append(helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["batch", frames, bins]))
    graph.output.append(helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["batch", len(offset)]))
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def check_equal(model: bytes, chunks: list[Rows], expected: NDArray[np.float64]) -> float:
    """The largest difference between probabilities over batches of several sizes; `expected` float64 (chunks, labels)
    are the head's logits. Raises ExportError above MAX_DIFFERENCE."""
    session, largest, first = open_graph(model), 0.0, 0
    for size in PARITY_BATCHES:
        which = np.arange(first, first + size) % len(chunks)
        first += size
        (actual,) = session.run([OUTPUT], {INPUT: np.stack([chunks[index] for index in which])})
        difference = float(np.abs(_softmax(actual) - _softmax(expected[which])).max())
        if not difference <= MAX_DIFFERENCE:  # also refuses NaN
            raise ExportError(
                f"The ONNX file's probabilities are off by {difference:.3g} from those that were measured; "
                f"{MAX_DIFFERENCE:g} is allowed."
            )
        largest = max(largest, difference)
    return largest


def _softmax(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    powers = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    likely: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return likely
