"""Curves as a table and as a picture."""

import csv
from pathlib import Path

import matplotlib.image
import pytest

from training.fit.curve import Epoch, best_epoch, curve_png, write_curve


def curve(count: int, *, is_validated: bool) -> list[Epoch]:
    return [
        Epoch(
            number=number,
            train_loss=2 / number,
            train_score=1 - 0.7 / number,
            validation_loss=0.1 * abs(number - 3) + 0.5 if is_validated else None,
            validation_score=1 - 0.8 / number if is_validated else None,
            seconds=1.5,
        )
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize("count", [1, 40])
@pytest.mark.parametrize("is_validated", [False, True])
def test_a_curve_is_drawn(tmp_path: Path, count: int, is_validated: bool) -> None:
    curve_png(tmp_path / "curve.png", curve(count, is_validated=is_validated), "gate, fold 1")
    picture = matplotlib.image.imread(tmp_path / "curve.png")
    assert picture.shape[0] == pytest.approx(832, rel=0.05)
    assert (picture[:12] == 1).all(), "something is cut off at the edge"
    assert (picture[12:-12, 12:-12] < 1).any()


def test_a_table_has_a_row_for_each_epoch(tmp_path: Path) -> None:
    write_curve(tmp_path / "curve.csv", curve(3, is_validated=False))
    rows = list(csv.DictReader((tmp_path / "curve.csv").read_text().splitlines()))
    assert [row["number"] for row in rows] == ["1", "2", "3"]
    assert rows[1]["train_loss"] == "1.0"
    assert rows[1]["validation_loss"] == ""


def test_the_best_epoch_is_the_last_one_where_nothing_was_validated() -> None:
    assert best_epoch(curve(5, is_validated=True)) == 3
    assert best_epoch(curve(5, is_validated=False)) == 5
