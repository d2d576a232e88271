"""The pictures are opened, measured and looked at: something is drawn, and nothing touches their edges."""

import subprocess
import sys
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from numpy.typing import NDArray

from training.evaluation.evaluation_plots import confusion_png, reliability_png
from training.evaluation.metrics_report import Confusion
from training.plot_style import DOTS_PER_INCH

TITLE = "scene, LEAKY per-slice random 5-fold, calibrated by the other folds"


def pixels(path: Path) -> NDArray[np.float32]:
    """float32 (height, width, 4) of a real PNG, with a white frame of 12 pixels at least."""
    assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    picture: NDArray[np.float32] = matplotlib.image.imread(path)
    inside = np.zeros(picture.shape[:2], bool)
    inside[12:-12, 12:-12] = True
    assert (picture[~inside] == 1).all(), "something is cut off at the edge"
    assert (picture[inside] < 1).any()
    return picture


@pytest.mark.parametrize("labels", [2, 10, 40])
def test_confusions_are_readable_at_any_number_of_labels(tmp_path: Path, labels: int) -> None:
    names = tuple(f"children playing in a street {number}" if number else "bus" for number in range(labels))
    confusion_png(tmp_path / "confusion.png", Confusion(names, np.eye(labels, dtype=np.int64) * 480 + 1), TITLE)
    height, width, _ = pixels(tmp_path / "confusion.png").shape
    assert min(height, width) >= 0.3 * labels * DOTS_PER_INCH
    assert max(height, width) < 3_400


def test_darkness_is_the_share_of_the_row(tmp_path: Path) -> None:
    confusion_png(tmp_path / "confusion.png", Confusion(("a", "b"), np.array([[1000, 0], [0, 0]])), "gate")
    picture = pixels(tmp_path / "confusion.png")
    dark = np.argwhere(picture[:, : int(0.75 * picture.shape[1]), :3].sum(axis=2) < 0.9)
    height, width, _ = picture.shape
    assert len(dark) > 0.05 * height * width
    assert np.median(dark[:, 0]) < height / 2
    assert np.median(dark[:, 1]) < width / 2


def test_reliability(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    stated = rng.random(500)
    came_true = (rng.random(500) < stated).astype(np.float32)
    came_true[:50] = np.nan
    reliability_png(tmp_path / "reliability.png", stated, came_true, TITLE)
    assert pixels(tmp_path / "reliability.png").shape[:2] == pytest.approx((864, 768), rel=0.05)


def test_the_same_numbers_give_the_same_picture(tmp_path: Path) -> None:
    for name in ("one.png", "two.png"):
        confusion_png(tmp_path / name, Confusion(("music", "speech"), np.array([[3, 1], [0, 4]])), "gate")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_drawing_needs_no_display_and_no_pyplot() -> None:
    code = "import sys, training.evaluation.evaluation_plots; assert 'matplotlib.pyplot' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=180)
