from itertools import pairwise

import pytest

from tests.browser.timeline.heard import chunk, segments, steady
from tests.browser.timeline.stand import Stand

_COUNT_DRAWINGS = """() => {
  window.drawings = 0;
  if (window.isCounting) return;
  window.isCounting = true;
  const clear = CanvasRenderingContext2D.prototype.clearRect;
  CanvasRenderingContext2D.prototype.clearRect = function (...box) {
    window.drawings += 1;
    clear.apply(this, box);
  };
}"""


def filled_to(stand: Stand) -> int:
    """Up to which pixel the lane of music has something."""
    lane = stand.boxes()["music"]
    music = stand.colour("role-0")
    row = stand.row(lane["top"] + lane["height"] * 0.7)
    return max((x for x, colour in enumerate(row) if colour == music), default=0)


def test_chunks_fill_the_picture_as_they_come(stand: Stand) -> None:
    stand.tell("begin", {"duration": 60})
    reached = []
    for start in (0, 30):
        stand.tell(
            "addChunks",
            [piece | {"start": piece["start"] + start, "end": piece["end"] + start} for piece in steady(30)],
        )
        reached.append(filled_to(stand))
    assert reached == [499, 999]


def test_a_sound_of_unknown_length_grows_by_steps(stand: Stand) -> None:
    stand.tell("begin", {"duration": None})
    ends = []
    for start in range(0, 60, 6):
        stand.tell("addChunks", [chunk(start, start + 6, 0.9)])
        stand.tell("addPeaks", 20, [0.5] * 120)
        ends.append(filled_to(stand))
    assert all(reached < 999 for reached in ends[:2])
    assert any(later < sooner for sooner, later in pairwise(ends))
    assert min(ends[2:]) > 600
    stand.tell("end", {"duration": 60})
    assert filled_to(stand) == 999


def test_a_header_that_claims_too_little_is_corrected(stand: Stand) -> None:
    stand.tell("begin", {"duration": 30})
    stand.tell("addChunks", steady(60))
    assert stand.click(500) == pytest.approx(30, abs=0.1)
    stand.tell("end", {"duration": 60})
    assert stand.stage.get_attribute("aria-valuemax") == "60.0"


def test_those_who_look_closer_stay_where_they_are(stand: Stand) -> None:
    stand.tell("begin", {"duration": 100})
    stand.tell("addChunks", steady(30))
    stand.button("Zoom in").click()
    stand.drawn()
    before = stand.click(200)
    stand.tell("addChunks", [chunk(start, start + 3, 0.9) for start in range(30, 120, 3)])
    assert stand.click(200) == pytest.approx(before, abs=0.1)


def test_a_lane_appears_with_the_first_chunk_that_its_model_heard(stand: Stand) -> None:
    stand.tell("begin", {"duration": 60})
    stand.tell("addChunks", [chunk(0, 3, 0.9)])
    before = stand.stage.bounding_box()
    stand.tell("addChunks", [chunk(3, 6, 0.1, scene={"rain": 1.0})])
    after = stand.stage.bounding_box()
    assert before
    assert after
    lane = stand.boxes("scene")["scene"]
    assert after["height"] - before["height"] > lane["height"]
    assert stand.pixel(75, lane["top"] + 20)[0] == stand.colour("label-0")


def test_the_next_sound_begins_empty(stand: Stand) -> None:
    stand.show(60, steady(60), segments((60, "music")))
    stand.tell("setCursor", 30)
    stand.tell("begin", {"duration": 60})
    box = stand.boxes()["ribbon"]
    assert stand.pixel(500, box["top"] + 15)[1] == 0
    assert not stand.page.locator("#stand .timeline-cursor").is_visible()
    assert stand.page.locator("#stand .timeline-legend li").count() == 0


def test_clear(stand: Stand) -> None:
    stand.show(60, steady(60), segments((60, "music")))
    stand.tell("clear")
    assert stand.stage.get_attribute("aria-valuemax") == "0.0"
    assert stand.pixel(500, stand.boxes()["ribbon"]["top"] + 15)[1] == 0
    stand.press("ArrowRight")
    assert stand.seeks == [0]


def test_the_cursor_moves_without_drawing_anything_again(stand: Stand) -> None:
    stand.show(60, steady(60), segments((60, "music")))
    stand.page.evaluate(_COUNT_DRAWINGS)
    cursor = stand.page.locator("#stand .timeline-cursor")
    places = []
    for second in (0, 15, 45):
        stand.tell("setCursor", second)
        box = cursor.bounding_box()
        assert box
        places.append(box["x"])
    assert stand.page.evaluate("drawings") == 0
    assert [place - places[0] for place in places] == pytest.approx([0, 250, 750], abs=0.5)
    stand.tell("setSegments", [])
    assert stand.page.evaluate("drawings") == 1


def test_many_changes_in_one_frame_are_drawn_once(stand: Stand) -> None:
    stand.page.evaluate(_COUNT_DRAWINGS)
    stand.page.evaluate("""() => {
      timeline.begin({ duration: 60 });
      for (let start = 0; start < 60; start += 3) {
        timeline.addPeaks(20, Array(60).fill(0.5));
        timeline.addChunks([{ start, end: start + 3, gate: { music: 0.9, speech: 0.1 }, genre: null }]);
      }
    }""")
    stand.drawn()
    assert stand.page.evaluate("drawings") < 5  # forty changes; the lanes make it higher, and that is drawn again


def test_the_page_is_turned_where_the_playback_leaves_it(stand: Stand) -> None:
    stand.show(100, steady(100))
    stand.tell("setCursor", 0)
    stand.button("Zoom in").click()
    stand.drawn()
    stand.tell("setCursor", 49.9)
    stand.tell("setCursor", 50.1)
    assert stand.page.locator("#stand .timeline-cursor").is_visible()
    assert stand.click(0) == pytest.approx(45.1, abs=0.2)


def test_playback_does_not_take_people_back_from_where_they_look(stand: Stand) -> None:
    stand.show(100, steady(100))
    stand.tell("setCursor", 0)
    stand.button("Zoom in").click()
    stand.hover(500)
    stand.wheel(0, 5000, "Shift")
    for second in (1, 2, 3):
        stand.tell("setCursor", second)
    assert stand.click(999) == pytest.approx(100, abs=0.1)


def test_nothing_is_left_behind(stand: Stand) -> None:
    before = stand.page.locator(".timeline").count()
    stand.page.evaluate("""async () => {
      const { Timeline } = await import("/static/timeline/timeline.js");
      const host = document.createElement("div");
      document.body.append(host);
      const other = new Timeline(host, { onSeek() {} });
      other.begin({ duration: 10 });
      other.destroy();
      host.remove();
    }""")
    stand.drawn()
    assert stand.page.locator(".timeline").count() == before
