import pytest
from playwright.sync_api import Browser

from tests.browser.timeline.heard import chunk, segments, steady
from tests.browser.timeline.stand import Stand, stand_on
from tests.browser.visit import visit
from tests.http.server import Server

GENRES = {"blues": 0.0, "metal": 0.5, "rock": 0.25, "pop": 0.25}


def at(stand: Stand, box: dict[str, float], x: float, share: float) -> tuple[tuple[int, int, int], int]:
    """The pixel at a share of a lane's height, from below."""
    return stand.pixel(x, box["top"] + box["height"] * (1 - share))


def test_the_waveform_is_high_where_it_is_loud_and_a_line_where_it_is_silent(stand: Stand) -> None:
    stand.tell("begin", {"duration": 30})
    stand.tell("addPeaks", 20, [0.9] * 200 + [0.05] * 200)
    stand.tell("addPeaks", 20, [0.0] * 200)
    box = stand.boxes()["waveform"]
    loud, quiet, silent = 167, 500, 833
    assert at(stand, box, loud, 0.95) == (stand.colour("wave"), 255)
    assert at(stand, box, loud, 0.6) == (stand.colour("wave-core"), 255)
    assert at(stand, box, quiet, 0.95)[1] == 0
    assert at(stand, box, quiet, 0.57)[1] == 255
    assert at(stand, box, silent, 0.57)[1] == 0
    assert at(stand, box, silent, 0.5)[1] > 0


@pytest.mark.parametrize("per_second", [2, 100])
def test_the_waveform_shows_the_loudest_moment_of_a_pixel(stand: Stand, per_second: int) -> None:
    """Also where ninety values share one."""
    stand.tell("begin", {"duration": 900})
    values = "Array.from({ length: 900 * rate }, (_, index) => (index === 450 * rate ? 1 : 0.1))"
    stand.page.evaluate(f"(rate) => timeline.addPeaks(rate, {values})", per_second)
    stand.drawn()
    box = stand.boxes()["waveform"]
    wave = stand.colour("wave")
    opaque = {x for x, colour in enumerate(stand.row(box["top"] + 2)) if colour == wave}
    assert opaque
    assert opaque <= {499, 500, 501}


def test_the_ribbon_has_the_colours_of_what_was_found(stand: Stand) -> None:
    parts = segments((25, "music"), (50, "music+speech"), (75, "silence"), (100, "scene"))
    stand.show(100, steady(100), parts)
    box = stand.boxes("genre")["ribbon"]
    music, speech, scene = (stand.colour(f"role-{slot}") for slot in range(3))
    assert at(stand, box, 240, 0.9) == at(stand, box, 240, 0.1) == (music, 255)
    assert at(stand, box, 490, 0.9) == (music, 255)
    assert at(stand, box, 490, 0.15) == (speech, 255)
    assert at(stand, box, 740, 0.5) == (stand.colour("band"), 255)
    assert at(stand, box, 990, 0.5) == (scene, 255)


def test_labels_are_written_where_they_fit(stand: Stand) -> None:
    """Words leave pixels of another colour than that of the ribbon."""
    stand.show(100, steady(100), segments((97, "music"), (100, "speech"), details=["metal"]))
    box = stand.boxes()["ribbon"]
    row = stand.row(box["top"] + box["height"] / 2)
    assert stand.colour("on-role") in row[8:80]
    assert set(row[974:996]) == {stand.colour("role-1")}


def test_gate_lanes_are_as_high_as_the_probability(stand: Stand) -> None:
    stand.show(9, [chunk(0, 3, 0.5, 1.0), chunk(3, 6, None), chunk(6, 9, 0.0, 0.25)])
    boxes = stand.boxes()
    music, speech, band = stand.colour("role-0"), stand.colour("role-1"), stand.colour("band")
    assert at(stand, boxes["music"], 100, 0.45) == (music, 255)
    assert at(stand, boxes["music"], 100, 0.55) == (band, 255)
    assert at(stand, boxes["speech"], 100, 0.95) == (speech, 255)
    assert at(stand, boxes["music"], 500, 0.05) == at(stand, boxes["speech"], 500, 0.05) == (band, 255)
    assert at(stand, boxes["speech"], 800, 0.2) == (speech, 255)
    assert at(stand, boxes["speech"], 800, 0.3) == (band, 255)


def test_a_branch_is_a_stack_that_is_empty_where_it_did_not_listen(stand: Stand) -> None:
    stand.show(6, [chunk(0, 3, 1.0, genre=GENRES), chunk(3, 6, 0.0)])
    lane = stand.boxes("genre")["genre"]
    metal, pop, rock = stand.colour("label-1"), stand.colour("label-3"), stand.colour("label-2")
    assert [at(stand, lane, 250, share) for share in (0.25, 0.6, 0.9)] == [(metal, 255), (rock, 255), (pop, 255)]
    assert at(stand, lane, 750, 0.1) == (stand.colour("band"), 255)


def test_labels_beyond_the_first_six_are_grey(stand: Stand) -> None:
    scores = {f"kind_{index}": (10 - index) / 55 for index in range(10)}
    stand.show(3, [chunk(0, 3, 0.0, scene=scores)])
    assert at(stand, stand.boxes("scene")["scene"], 500, 0.97) == (stand.colour("other"), 255)
    legend = stand.page.locator("#stand .timeline-legend").get_by_role("list", name="Colours of scene")
    assert legend.get_by_role("listitem").all_inner_texts() == [*(f"kind {index}" for index in range(6)), "others"]


def test_a_label_keeps_its_colour_in_the_next_sound(stand: Stand) -> None:
    metal = stand.page.locator("#stand .timeline-legend li", has_text="metal")
    stand.show(3, [chunk(0, 3, 1.0, genre=GENRES)])
    before = metal.get_attribute("class")
    others = {f"genre {index}": 0.15 for index in range(6)}
    stand.show(3, [chunk(0, 3, 1.0, genre=others | {"metal": 0.1})])
    assert metal.count() == 0
    stand.show(3, [chunk(0, 3, 1.0, genre={"rock": 0.1, "pop": 0.1, "metal": 0.8})])
    assert metal.get_attribute("class") == before


def test_the_border_of_overlapping_chunks_is_in_the_middle_of_the_overlap(stand: Stand) -> None:
    stand.show(5, [chunk(0, 3, 1.0), chunk(1, 4, 0.0), chunk(2, 5, 1.0)])
    lane = stand.boxes()["music"]
    filled = [at(stand, lane, x, 0.5)[0] == stand.colour("role-0") for x in (395, 405, 595, 605)]
    assert filled == [True, False, False, True]


def test_a_pixel_has_the_mean_of_its_chunks(stand: Stand) -> None:
    """20,000 chunks on 1,000 pixels, loud and quiet in turns."""
    stand.tell("begin", {"duration": 2000})
    stand.page.evaluate("""() => timeline.addChunks(Array.from({ length: 20000 }, (_, index) => (
      { start: index / 10, end: (index + 1) / 10, gate: { music: index % 2, speech: 0 } })))""")
    stand.drawn()
    lane = stand.boxes()["music"]
    assert at(stand, lane, 333, 0.45) == (stand.colour("role-0"), 255)
    assert at(stand, lane, 333, 0.55) == (stand.colour("band"), 255)


def test_light_and_dark(stand: Stand) -> None:
    stand.show(100, steady(100), segments((100, "music")))
    box = stand.boxes()["ribbon"]
    found = []
    for scheme in ("light", "dark"):
        stand.page.emulate_media(color_scheme=scheme)
        stand.drawn()
        found.append(at(stand, box, 900, 0.5)[0])
        assert found[-1] == stand.colour("role-0")
    stand.page.emulate_media(color_scheme="light")
    assert found[0] != found[1]


def test_it_follows_the_width_of_its_place(stand: Stand) -> None:
    stand.show(100, steady(100), segments((50, "music"), (100, "silence")))
    stand.page.evaluate("() => (document.querySelector('#stand').style.width = '400px')")
    stand.drawn()
    box = stand.boxes()["ribbon"]
    assert at(stand, box, 190, 0.5)[0] == stand.colour("role-0")
    assert at(stand, box, 390, 0.5)[0] == stand.colour("band")
    assert stand.click(200) == pytest.approx(50, abs=0.3)


def test_screens_with_small_pixels_get_all_of_them(browser: Browser, site: Server) -> None:
    with visit(browser, site.url, device_scale_factor=2) as page, stand_on(page, 600) as stand:
        stand.show(6, [chunk(0, 3, 0.5, genre=GENRES), chunk(3, 6, 0.0)], segments((3, "music"), (6, "scene")))
        boxes = stand.boxes("genre")
        assert stand.page.evaluate("() => document.querySelector('#stand .timeline-stage canvas').width") == 1200
        assert at(stand, boxes["ribbon"], 290, 0.5)[0] == stand.colour("role-0")
        assert at(stand, boxes["ribbon"], 590, 0.5)[0] == stand.colour("role-2")
        assert at(stand, boxes["music"], 290, 0.47)[0] == stand.colour("role-0")
        assert at(stand, boxes["genre"], 310, 0.1)[0] == stand.colour("band")


def test_forced_colours_leave_the_lanes_theirs(browser: Browser, site: Server) -> None:
    """What is forced upon text would paint the whole picture in one colour."""
    with visit(browser, site.url, forced_colors="active") as page, stand_on(page) as stand:
        stand.show(9, [chunk(0, 3, 0.5, 1.0), chunk(3, 9, None)], segments((3, "music"), (6, "scene"), (9, "silence")))
        row = stand.row(stand.boxes()["ribbon"]["top"] + 2)
        assert len({row[x] for x in (166, 500, 833)}) == 3
