import pytest

from tests.browser.timeline.heard import chunk
from tests.browser.timeline.stand import Stand


@pytest.fixture
def sound(stand: Stand) -> Stand:
    genres = {"blues": 0.05, "jazz": 0.15, "metal": 0.6, "pop": 0.1, "rock": 0.1, "disco": 0.0}
    stand.tell("begin", {"duration": 100})
    stand.tell("addChunks", [chunk(0, 30, 0.98, 0.016, genre=genres), chunk(30, 60, None)])
    return stand


def test_the_numbers_of_the_chunk_under_the_pointer(sound: Stand) -> None:
    sound.hover(126)
    assert (
        " ".join(sound.tooltip.inner_text().split())
        == "0:12.6 music 98 % speech 2 % metal 60 % jazz 15 % pop 10 % rock 10 %"
    )
    metal = sound.tooltip.locator(".timeline-label-2")
    assert metal.inner_text().split() == ["metal", "60", "%"]


def test_silence_and_what_is_still_to_come(sound: Stand) -> None:
    sound.hover(450)
    assert sound.tooltip.inner_text().split() == ["0:45.0", "silence"]
    sound.hover(800)
    assert sound.tooltip.inner_text().split() == ["1:20.0", "not", "analysed", "yet"]
    sound.tell("addChunks", [chunk(60, 90, 0.5, 0.5)])
    assert sound.tooltip.inner_text().split() == ["1:20.0", "music", "50", "%", "speech", "50", "%"]


def test_it_goes_with_the_pointer(sound: Stand) -> None:
    sound.hover(450)
    assert sound.tooltip.is_visible()
    sound.page.mouse.move(600, 790)
    sound.drawn()
    assert not sound.tooltip.is_visible()
    assert not sound.page.locator("#stand .timeline-pointer").is_visible()


@pytest.mark.parametrize("x", [1, 300, 700, 999])
def test_it_stays_within_the_picture(sound: Stand, x: float) -> None:
    sound.hover(x)
    tip, stage = sound.tooltip.bounding_box(), sound.stage.bounding_box()
    assert tip
    assert stage
    assert stage["x"] <= tip["x"]
    assert tip["x"] + tip["width"] <= stage["x"] + stage["width"]


def test_screen_readers_are_not_told_twice(sound: Stand) -> None:
    assert sound.tooltip.get_attribute("aria-hidden") == "true"
