"""Standardised embeddings, their principal components, and a logistic regression on those: one linear map."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from training.embedding.embedder import EmbedderError, Embeddings
from training.embedding.recipe import Classifier, Pca

MOST_ROUNDS = 5_000
"""It converges in some hundred; on a thousand standardised numbers that tell everything, in some thousand."""


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


def fit_head(pca: Pca, classifier: Classifier, embeddings: Embeddings, targets: NDArray[np.int64], labels: int) -> Head:
    """`targets` int64 (n,), indices of labels, each of which must occur. Raises EmbedderError if the embedding has
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
