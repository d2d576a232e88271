import pytest

from tests.browser.timeline.heard import chunk, segments, steady
from tests.browser.timeline.stand import Stand

HEARD = [
    chunk(0, 3, 0.98, 0.02, genre={"metal": 0.7, "rock": 0.3}),
    chunk(3, 6, None),
    chunk(6, 9, 0.01, 0.03, scene={"city_street": 0.6, "cafe": 0.4}),
    *[piece | {"start": piece["start"] + 9, "end": piece["end"] + 9} for piece in steady(51)],
]


@pytest.fixture
def sound(stand: Stand) -> Stand:
    stand.show(60, HEARD, segments((3, "music"), (6, "silence"), (9, "scene"), (60, "music")))
    stand.stage.focus()
    return stand


def test_it_is_a_slider_with_a_name(sound: Stand) -> None:
    assert sound.page.get_by_role("slider", name="Playback position").count() >= 1
    assert sound.page.locator("#stand").get_by_role("group", name="Timeline").count() == 1
    for name, value in {"valuemin": "0", "valuemax": "60.0", "valuenow": "0.0"}.items():
        assert sound.stage.get_attribute(f"aria-{name}") == value
    assert sound.value_text == "0:00.0: music 98 %, speech 2 %; metal 70 %, rock 30 %"


def test_arrows_go_from_chunk_to_chunk(sound: Stand) -> None:
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown", "ArrowLeft", "ArrowLeft"):
        sound.press(key)
    assert sound.seeks == [3, 6, 9, 6, 3, 0, 0]


def test_an_arrow_back_within_a_chunk_goes_to_its_beginning(sound: Stand) -> None:
    """Unless it has hardly begun: otherwise nobody could go back while it plays."""
    for second in (7.9, 6.2):
        sound.tell("setCursor", second)
        sound.press("ArrowLeft")
    assert sound.seeks == [6, 3]


def test_longer_ways(sound: Stand) -> None:
    for key in ("Shift+ArrowRight", "PageUp", "Shift+ArrowLeft", "End", "ArrowLeft", "End", "Shift+ArrowRight", "Home"):
        sound.press(key)
    assert sound.seeks == [10, 20, 10, 60, 57, 60, 60, 0]


def test_what_is_there_is_said(sound: Stand) -> None:
    said = []
    for _ in range(2):
        sound.press("ArrowRight")
        said.append(sound.value_text)
    assert said == ["0:03.0: silence", "0:06.0: music 1 %, speech 3 %; city street 60 %, cafe 40 %"]
    assert sound.stage.get_attribute("aria-valuenow") == "6.0"


def test_what_is_there_is_shown_until_people_leave(sound: Stand) -> None:
    assert not sound.tooltip.is_visible()
    sound.press("ArrowRight")
    sound.press("ArrowRight")
    assert " ".join(sound.tooltip.inner_text().split()) == "0:06.0 music 1 % speech 3 % city street 60 % cafe 40 %"
    sound.button("Zoom in").focus()
    sound.drawn()
    assert not sound.tooltip.is_visible()


def test_keys_zoom_around_the_cursor(sound: Stand) -> None:
    sound.tell("setCursor", 30)
    for key in ("+", "=", "-", "+"):
        sound.press(key)
    assert sound.click(1000 - 1) == pytest.approx(30 + 30 / 2.25, abs=0.1)
    sound.press("0")
    assert sound.click(1000 - 1) == pytest.approx(60, abs=0.1)


def test_the_picture_follows_the_keys(sound: Stand) -> None:
    for _ in range(6):
        sound.press("+")
    sound.press("End")
    assert sound.page.locator("#stand .timeline-cursor").is_visible()
    sound.press("Home")
    assert sound.page.locator("#stand .timeline-cursor").is_visible()


def test_keys_of_the_browser_are_left_to_it(sound: Stand) -> None:
    for key in ("Control+ArrowRight", "Alt+ArrowUp", "Meta+Home", "a", "Tab"):
        sound.press(key)
    assert sound.seeks == []
    assert sound.page.evaluate("document.activeElement !== document.querySelector('#stand .timeline-stage')")


def test_arrows_move_by_seconds_before_anything_is_heard(stand: Stand) -> None:
    stand.tell("begin", {"duration": 60})
    stand.press("ArrowRight")
    stand.press("ArrowRight")
    assert stand.seeks == [1, 2]
    assert stand.value_text == "0:02.0: not analysed yet"


def test_all_of_it_can_be_reached_by_tab(sound: Stand) -> None:
    sound.page.locator("#stand button").first.focus()
    names = []
    for _ in range(4):
        names.append(sound.page.evaluate("document.activeElement.ariaLabel"))
        sound.page.keyboard.press("Tab")
    assert names == ["Zoom out", "Zoom in", "Show the whole sound", "Playback position"]
