"""docs/scaling.md says what the kept measurements and the simulation say."""

import json
from pathlib import Path

import pytest

from benchmarks.queueing import KEPT, draw, waiting_table

PAGE = (Path(__file__).parents[2] / "docs" / "scaling.md").read_text("utf-8")
SECONDS = 60e6
"""A million minutes."""


@pytest.mark.parametrize("name", ["mp3", "m4a", "flac", "wav"])
def test_the_arithmetic(name: str) -> None:
    speed = json.loads(KEPT.read_text("utf-8"))["speeds"][name]
    [row] = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith(f"| {name}, ")]
    kilobits = float(row[0].split(", ")[1].removesuffix(" kbit/s"))
    hours = SECONDS / speed / 3600
    assert float(row[1]) == pytest.approx(speed, abs=0.5)
    assert float(row[2].removesuffix(" Mbit/s")) == pytest.approx(kilobits * speed / 1000, rel=0.01)
    assert float(row[3]) == pytest.approx(hours, abs=0.06)
    assert float(row[4]) == pytest.approx(hours * 0.04, abs=0.006)
    assert float(row[5].removesuffix(" min")) == pytest.approx(60 * hours / (800 * 0.8), abs=0.06)


def test_the_table_is_the_simulations() -> None:
    assert waiting_table() in PAGE


def test_the_picture_can_be_drawn(tmp_path: Path) -> None:
    draw(tmp_path / "scaling.png", arrivals=500)
    assert (tmp_path / "scaling.png").read_bytes().startswith(b"\x89PNG")
