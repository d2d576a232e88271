"""Every point of the scatter plot lies where its components say, in the colour of its label."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from training.embedding import head_measuring
from training.embedding.head_measuring import Chunks, scatter_png
from training.plot_style import BLUE, ORANGE, png
from training.splits import Fold

LABELS = ("music", "non-music")
LEARNED, TESTED = (0, 1, 2), (3, 4)
FOLD = Fold("holdout", LEARNED, TESTED)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that are written, once they are."""
    figures: list[Figure] = []

    @contextmanager
    def seen(path: Path, width: float, height: float) -> Iterator[Figure]:
        with png(path, width, height) as figure:
            yield figure
            figures.append(figure)

    monkeypatch.setattr(head_measuring, "png", seen)
    return figures


def chunks_of_files(width: int) -> Chunks:
    """Ten of each of five files, whose labels are 0, 1, 0, 1, 0."""
    random = np.random.default_rng(6)
    owners = np.repeat(np.arange(5), 10)
    targets = owners % 2
    embeddings = random.normal(size=(50, width)) * np.arange(1, width + 1) + 3 * targets[:, None]
    return Chunks(embeddings.astype(np.float32), np.ones(50, np.float32), owners, targets)


def components(chunks: Chunks) -> NDArray[np.float64]:
    """float64 (chunks, 2), by the singular vectors of what was learned from."""
    known = chunks.embeddings[chunks.of(LEARNED)].astype(np.float64)
    mean, spread = known.mean(axis=0), known.std(axis=0)
    _, _, directions = np.linalg.svd((known - mean) / spread, full_matrices=False)
    projected: NDArray[np.float64] = (chunks.embeddings - mean) / spread @ directions[:2].T
    return projected


def points(axes: Axes) -> dict[str, NDArray[np.float64]]:
    return {str(one.get_label()): np.asarray(one.get_offsets()) for one in axes.collections}


def test_points_of_each_label_are_where_they_belong(drawn: list[Figure], tmp_path: Path) -> None:
    chunks = chunks_of_files(width=5)
    scatter_png(tmp_path / "scatter.png", chunks, FOLD, LABELS, "music or not")
    (figure,) = drawn
    expected = components(chunks)
    first = points(figure.axes[0])[LABELS[0]]
    signs = np.sign((first * expected[chunks.of(LEARNED) & (chunks.targets == 0)]).sum(axis=0))
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["learned from", "tested"]
    for axes, side in zip(figure.axes, (LEARNED, TESTED), strict=True):
        for number, (label, its) in enumerate(points(axes).items()):
            assert label == LABELS[number]
            wanted = expected[chunks.of(side) & (chunks.targets == number)]
            np.testing.assert_allclose(its, wanted * signs, atol=1e-5)
        colours = [np.asarray(one.get_facecolor())[0, :3] for one in axes.collections]
        np.testing.assert_allclose(colours, [to_rgb(BLUE), to_rgb(ORANGE)])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(LABELS)
    assert (tmp_path / "scatter.png").read_bytes().startswith(b"\x89PNG")


def test_one_number_alone_is_drawn_on_a_line(drawn: list[Figure], tmp_path: Path) -> None:
    scatter_png(tmp_path / "scatter.png", chunks_of_files(width=1), FOLD, LABELS, "music or not")
    for its in points(drawn[0].axes[1]).values():
        assert (its[:, 1] == 0).all()
        assert np.ptp(its[:, 0]) > 0
