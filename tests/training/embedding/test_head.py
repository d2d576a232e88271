"""Head and composed file answer as scikit-learn's own pipeline does."""

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from service.inference.session import open_graph
from tests.training.embedding.tiny_embedder import EMBEDDING, FRONT_END, WINDOW, network
from training.embedding.embedder_file import cut
from training.embedding.embedders import EmbedderError, spread
from training.embedding.embedding_head import Head, check_equal, composed, fit_head
from training.embedding.embedding_recipe import HeadClassifier, Pca
from training.export.onnx_export import ExportError

WIDTH, CHUNK = FRONT_END.bins, 50


def known(labels: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Clouds that touch, far from nought, one number the same for all."""
    random = np.random.default_rng(labels)
    targets = np.arange(120) % labels
    rows = 50 + random.normal(size=(labels, WIDTH))[targets] + random.normal(size=(120, WIDTH))
    rows[:, 3] = 7
    return rows.astype(np.float32), targets


def head(labels: int, components: int | None) -> Head:
    return fit_head(Pca(components=components), HeadClassifier(penalty=2.0, balance="class"), *known(labels), labels)


@pytest.mark.parametrize("labels", [2, 3])
@pytest.mark.parametrize("components", [None, 2])
def test_one_linear_map_is_the_whole_pipeline(labels: int, components: int | None) -> None:
    rows, targets = known(labels)
    reduction = [PCA(components)] if components else []
    regression = LogisticRegression(C=0.5, class_weight="balanced", max_iter=5_000)
    pipeline = make_pipeline(StandardScaler(), *reduction, regression).fit(rows.astype(np.float64), targets)
    ours = head(labels, components)
    np.testing.assert_allclose(softmax(ours.logits(rows), axis=1), pipeline.predict_proba(rows), atol=1e-6)
    weights, offset = ours.affine()
    np.testing.assert_allclose(rows @ weights + offset, ours.logits(rows), atol=1e-6)


def test_more_components_than_there_are_numbers_are_refused() -> None:
    with pytest.raises(EmbedderError, match=r"pca\.components is 33; 120 chunks of 32 numbers have 32 at most"):
        head(2, 33)


@pytest.mark.parametrize("labels", [2, 3])
def test_the_composed_file_answers_as_embedder_and_head(labels: int) -> None:
    ours = head(labels, 2)
    model = composed(cut(network(), EMBEDDING), CHUNK, WIDTH, WIDTH, ours)
    chunks = list(50 + np.random.default_rng(9).normal(size=(7, CHUNK, WIDTH)).astype(np.float32))
    windows = np.stack([[one[at : at + WINDOW].mean(axis=0) for at in spread(CHUNK, WINDOW)] for one in chunks])
    expected = ours.logits(windows.mean(axis=1))
    assert check_equal(model, chunks, expected) < 1e-4
    (logits,) = open_graph(model).run(["logits"], {"frames": np.stack(chunks)})
    np.testing.assert_allclose(softmax(logits, axis=1), softmax(expected, axis=1), atol=1e-4)
    assert [one.name for one in onnx.load_from_string(model).graph.input] == ["frames"]
    with pytest.raises(ExportError, match=r"probabilities are off by 0\.\d+ .*; 0\.0001 is allowed"):
        check_equal(model, chunks, expected + np.arange(labels) * 0.1)
