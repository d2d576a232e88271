"""The gate's lanes are as fine as its steps, and tags that are wanted have lanes of their own."""

import pytest

from tests.browser.played import STEP_SECONDS, steps, tags
from tests.browser.timeline.heard import chunk, steady
from tests.browser.timeline.stand import Rgb, Stand

WINDOW = 19
"""Steps of a chunk of 3 s."""


def lane(stand: Stand, name: str, share: float, *branches: str, wanted: list[str] | None = None) -> list[Rgb]:
    """The colours along a lane at a share of its height, from below."""
    box = stand.boxes(*branches, tags=wanted or [])[name]
    return stand.row(box["top"] + box["height"] * (1 - share))


def borders(row: list[Rgb], colour: Rgb) -> list[int]:
    """Where the colour begins or ends."""
    found = [one == colour for one in row]
    return [x for x in range(1, len(found)) if found[x] != found[x - 1]]


def test_the_gate_is_drawn_step_by_step(stand: Stand) -> None:
    """A change in the middle of a chunk is where it is, not where the chunk ends."""
    stand.tell("begin", {"duration": 6})
    stand.tell("addChunks", steady(6, music=0.5))
    stand.tell("addSteps", steps([1.0] * 5 + [0.0] * 20 + [0.5] * 13))
    music = stand.colour("role-0")
    to_x = 1000 / 6 * STEP_SECONDS
    assert borders(lane(stand, "music", 0.25), music) == pytest.approx([5 * to_x, 25 * to_x], abs=1)
    assert borders(lane(stand, "music", 0.75), music) == pytest.approx([5 * to_x], abs=1)


def test_silent_steps_are_empty(stand: Stand) -> None:
    stand.show(6, steady(6))
    stand.tell("addSteps", steps([1.0] * 10 + [None] * 8 + [1.0] * 20))
    to_x = 1000 / 6 * STEP_SECONDS
    row = lane(stand, "music", 0.5)
    assert borders(row, stand.colour("role-0")) == pytest.approx([10 * to_x, 18 * to_x], abs=1)
    stand.hover(12 * to_x)
    assert stand.tooltip.inner_text().split() == ["0:01.9", "silence"]


def test_steps_come_with_their_chunks(stand: Stand) -> None:
    stand.tell("begin", {"duration": 12})
    reached = []
    for number in range(4):
        stand.tell("addChunks", [chunk(3 * number, 3 * number + 3, 0.9)])
        stand.tell("addSteps", steps([1.0] * WINDOW, start=3 * number))
        reached.append(borders(lane(stand, "music", 0.9), stand.colour("role-0")))
    assert [row[-1] for row in reached[:3]] == pytest.approx([250, 500, 750], abs=2)


def test_a_live_sound_grows_by_its_steps(stand: Stand) -> None:
    stand.tell("begin", {"duration": None})
    for number in range(3):
        stand.tell("addChunks", [chunk(3 * number, 3 * number + 3, 0.9)])
        stand.tell("addSteps", steps([1.0] * (WINDOW - 1) + [0.0], start=3 * number))
    gaps = borders(lane(stand, "music", 0.5), stand.colour("role-0"))
    assert len(gaps) == 5  # the last step of each chunk, the third at the end
    stand.tell("end", {"duration": 9})
    assert borders(lane(stand, "music", 0.5), stand.colour("role-0"))[0] == pytest.approx(1000 * 18 / 57, abs=1)


def test_a_gate_without_steps_is_drawn_by_chunks(stand: Stand) -> None:
    stand.show(6, [chunk(0, 3, 1.0), chunk(3, 6, 0.0)])
    assert borders(lane(stand, "music", 0.5), stand.colour("role-0")) == [500]


def test_the_numbers_under_the_pointer_are_those_of_the_step(stand: Stand) -> None:
    stand.show(6, steady(6, music=0.5, genre={"rock": 0.7, "other": 0.3}))
    stand.tell("addSteps", steps([0.98] * 5 + [0.11] * 33))
    stand.hover(60)
    words = " ".join(stand.tooltip.inner_text().split())
    assert words == "0:00.4 music 98 % speech 2 % rock 70 % no known genre 30 %"
    stand.hover(200)
    assert "music 11 %" in " ".join(stand.tooltip.inner_text().split())
    legend = stand.page.locator("#stand .timeline-legend").get_by_role("list", name="Colours of genre")
    assert legend.get_by_role("listitem").all_inner_texts() == ["rock", "no known genre"]


def test_a_pixel_has_the_mean_of_its_steps(stand: Stand) -> None:
    stand.tell("begin", {"duration": 1800})
    stand.tell("addChunks", steady(1800))
    stand.tell("addSteps", steps([1.0, 0.0] * 5700))
    assert stand.colour("role-0") not in lane(stand, "music", 0.7)
    assert stand.colour("role-0") in lane(stand, "music", 0.3)


def test_a_tag_has_a_lane_while_it_is_wanted(stand: Stand) -> None:
    chunks = [chunk(0, 3, 0.9), chunk(3, 6, 0.9), chunk(6, 9, None)]
    heard = [tags(Trumpet=0.5, Jazz=0.2), tags(Jazz=1.0), None]
    stand.show(9, [{**one, "tags": found} for one, found in zip(chunks, heard, strict=True)])
    before = stand.stage.bounding_box()
    stand.tell("setTags", ["Jazz", "Trumpet"])
    colour = stand.colour("wave-core")
    wanted = ["Jazz", "Trumpet"]
    assert borders(lane(stand, "Trumpet", 0.4, wanted=wanted), colour) == pytest.approx([333], abs=1)
    assert borders(lane(stand, "Jazz", 0.9, wanted=wanted), colour) == pytest.approx([333, 667], abs=1)
    assert colour not in lane(stand, "Trumpet", 0.6, wanted=wanted)
    stand.tell("setTags", [])
    assert stand.stage.bounding_box() == before


def test_the_lane_of_a_tag_grows_with_the_sound(stand: Stand) -> None:
    stand.tell("begin", {"duration": 12})
    stand.tell("setTags", ["Trumpet"])
    for start in (0, 3, 6):
        stand.tell("addChunks", [{**chunk(start, start + 3, 0.9), "tags": tags(Trumpet=0.8)}])
    assert borders(lane(stand, "Trumpet", 0.5, wanted=["Trumpet"]), stand.colour("wave-core"))[-1] == 750


def test_the_best_tags_of_a_chunk_are_told(stand: Stand) -> None:
    heard = tags(Music=0.9, Trumpet=0.8, Brass=0.4, Jazz=0.1)
    stand.show(6, [{**chunk(0, 3, 0.9), "tags": heard}, {**chunk(3, 6, 0.9), "tags": []}])
    stand.hover(100)
    words = " ".join(stand.tooltip.inner_text().split())
    assert words == "0:00.6 music 90 % speech 0 % Music 90 % Trumpet 80 % Brass 40 %"
    stand.tell("setTags", ["Jazz"])
    stand.hover(101)
    assert "Jazz 10 % Music 90 % Trumpet 80 % Brass 40 %" in " ".join(stand.tooltip.inner_text().split())
    stand.hover(600)
    assert " ".join(stand.tooltip.inner_text().split()) == "0:03.6 music 90 % speech 0 % Jazz 0 %"
