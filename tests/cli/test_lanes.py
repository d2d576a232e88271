"""The timeline on a terminal: where a bar is, how high, and what the letters stand for."""

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from service.cli.stdout import Screen, shows_blocks
from service.cli.timeline_picture import Legend, lanes, levels, ribbon, said_of, sparkline
from service.types import SILENCE, Chunk, Report, Segment, StepTrack
from tests.formats.reports import REPORT

PLAIN = Screen(width=48, blocks=False, colours=False)
BLOCKS = replace(PLAIN, blocks=True)
COLOURED = replace(BLOCKS, colours=True)

CHUNKS = (
    Chunk(0, 3, {"music": 1.0, "speech": 0.0}, {}),
    Chunk(3, 6, {"music": 0.5, "speech": 0.25}, {}),
    Chunk(6, 9, None, {}),
    Chunk(9, 12, {"music": 0.0, "speech": 1.0}, {}),
)
SEGMENTS = (
    Segment(0, 6, "music", "metal", 0.75),
    Segment(6, 9, SILENCE, None, 1.0),
    Segment(9, 12, "speech", None, 1.0),
)
HEARD: Report = replace(REPORT, chunks=CHUNKS, segments=SEGMENTS)


def drawn(report: Report, screen: Screen) -> list[str]:
    """Lines without the spaces at their ends."""
    console = Console(file=io.StringIO(), width=screen.width, force_terminal=screen.colours, color_system="standard")
    picture = lanes(report, screen)
    assert picture
    console.print(picture)
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_heights_are_means_over_time() -> None:
    music, speech = list(said_of(HEARD, "music")), said_of(HEARD, "speech")
    assert levels(music, 0, 12, 4) == [1.0, 0.5, None, 0.0]
    assert levels(music, 0, 12, 2) == [0.75, 0.0]
    assert levels(speech, 3, 12, 1) == [0.625]
    assert levels(music, 0, 12, 8) == [1.0, 1.0, 0.5, 0.5, None, None, 0.0, 0.0]


def test_chunks_that_overlap_are_averaged() -> None:
    assert levels([(0, 3, 1.0), (1, 4, 0.0)], 0, 4, 4) == [1.0, 0.5, 0.5, 0.0]


def test_steps_are_drawn_rather_than_chunks() -> None:
    values = np.array([[1.0, 0.0], [0.5, 0.0], [np.nan, np.nan], [0.0, 0.25]], np.float32)
    finer = replace(HEARD, steps=StepTrack(0.0, 0.5, ("music", "speech"), values))
    assert levels(said_of(finer, "music"), 0, 2, 4) == [1.0, 0.5, None, 0.0]
    assert list(said_of(finer, "speech"))[-1] == (1.5, 2.0, 0.25)


def test_eight_heights_and_silence() -> None:
    assert sparkline([0, 0.2, 0.5, 0.99, 1, None], blocks=True) == "▁▂▅██ "
    assert sparkline([0, 0.2, 0.5, 0.99, 1, None], blocks=False) == ".:+## "


def test_the_whole_picture_fits_the_width() -> None:
    assert drawn(HEARD, PLAIN) == [
        "music   ##########++++++++++          ..........",
        "speech  ..........----------          ##########",
        "label   A-------------------B---------C---------",
        "        0:00             0:05            0:10",
        "        A music/metal  B silence  C speech",
    ]


@pytest.mark.parametrize("width", [30, 60, 80, 120, 200])
def test_every_lane_is_as_wide_as_the_terminal(width: int) -> None:
    assert {len(line) for line in drawn(HEARD, replace(BLOCKS, width=width))[:3]} == {width}


def test_without_room_there_is_no_picture() -> None:
    assert lanes(HEARD, replace(PLAIN, width=20)) is None


def test_colours_are_used_where_there_are_some() -> None:
    assert any("\x1b[30;46mA" in line for line in drawn(HEARD, COLOURED))
    assert not any("\x1b" in line for line in drawn(HEARD, BLOCKS))


def test_what_is_too_short_for_a_column_is_not_in_the_legend() -> None:
    legend = Legend(PLAIN)
    blip = (Segment(0, 99.9, "music", None, 1), Segment(99.9, 100, "speech", None, 1))
    assert ribbon([(one, one.label) for one in blip], 20, PLAIN, legend).plain == "A" + 19 * "-"
    assert [entry.plain for entry in legend.entries()] == ["A music"]


def test_more_names_than_letters_are_counted() -> None:
    legend = Legend(PLAIN)
    letters = [legend.letter(f"label {number}") for number in range(60)]
    assert len(set(letters[:52])) == 52
    assert set(letters[52:]) == {"?"}
    assert legend.entries()[-1].plain == "? 8 more"


def test_blocks_need_an_encoding_and_a_terminal_that_have_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    assert shows_blocks("UTF-8")
    assert not shows_blocks("iso8859-1")
    monkeypatch.setenv("TERM", "linux")
    assert not shows_blocks("utf-8")
