"""Standardised embeddings, their principal components, and a logistic regression on those: one linear map, which makes
one ONNX file with the embedder."""

from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, compose, helper, numpy_helper
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from service.inference.session import open_graph
from training.embedding.embedders import EmbedderError, Embeddings, Rows, spread
from training.embedding.embedding_recipe import HeadClassifier, Pca
from training.export.onnx_export import INPUT, OUTPUT, PARITY_BATCHES, ExportError

MOST_ROUNDS = 5_000
"""It converges in some hundred; on a thousand standardised numbers that tell everything, in some thousand."""
PREFIX = "embedder/"
"""Before every name of the embedder's, so that none is one of ours."""
MAX_DIFFERENCE = 1e-4
"""Between the probabilities of both."""


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """`pca` is None where all of the embedding is kept."""

    scaler: StandardScaler
    pca: PCA | None
    regression: LogisticRegression

    def logits(self, embeddings: Embeddings) -> NDArray[np.float64]:
        """float32 (n, width) -> float64 (n, labels)"""
        scaled = self.scaler.transform(embeddings.astype(np.float64))
        margins = self.regression.decision_function(scaled if self.pca is None else self.pca.transform(scaled))
        return _for_each_label(margins) if margins.ndim == 1 else np.asarray(margins)

    def affine(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """float64 (width, labels) and (labels,): logits are embedding @ weights + offset."""
        weights, offset = self.regression.coef_.T, self.regression.intercept_
        if self.pca is not None:
            weights = self.pca.components_.T @ weights
            offset = offset - self.pca.mean_ @ weights
        weights = weights / self.scaler.scale_[:, None]
        offset = offset - self.scaler.mean_ @ weights
        if weights.shape[1] == 1:
            return _for_each_label(weights[:, 0]), _for_each_label(offset)[0]
        return weights, offset


def fit_head(
    pca: Pca, classifier: HeadClassifier, embeddings: Embeddings, targets: NDArray[np.int64], labels: int
) -> Head:
    """`targets` int64 (n,), indices of labels; each label must occur. Raises EmbedderError if the embedding has
    fewer numbers than components are asked for."""
    assert len(np.unique(targets)) == labels
    rows, width = embeddings.shape
    if pca.components is not None and pca.components > min(rows, width):
        raise EmbedderError(
            f"pca.components is {pca.components}; {rows} chunks of {width} numbers have {min(rows, width)} at most."
        )
    scaler = StandardScaler().fit(embeddings.astype(np.float64))
    known = scaler.transform(embeddings.astype(np.float64))
    reduced = None if pca.components is None else PCA(pca.components, svd_solver="covariance_eigh").fit(known)
    regression = LogisticRegression(
        C=1 / classifier.penalty,
        class_weight="balanced" if classifier.balance == "class" else None,
        max_iter=MOST_ROUNDS,
    )
    return Head(scaler, reduced, regression.fit(known if reduced is None else reduced.transform(known), targets))


def _for_each_label(margins: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) or a number that speaks for the second of two labels -> (n, 2)"""
    halves = np.atleast_1d(margins) / 2
    return np.stack([-halves, halves], axis=1)


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
