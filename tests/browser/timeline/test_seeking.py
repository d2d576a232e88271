import pytest
from playwright.sync_api import Browser

from tests.browser.timeline.heard import segments, steady
from tests.browser.timeline.stand import Stand, stand_on
from tests.browser.visit import visit
from tests.http.server import Server

SECONDS = 100.0


@pytest.fixture
def sound(stand: Stand) -> Stand:
    """100 s on 1,000 pixels."""
    stand.show(SECONDS, steady(SECONDS), segments((SECONDS, "music")))
    return stand


def test_a_click_asks_for_its_second_at_every_zoom(sound: Stand) -> None:
    assert sound.click(500) == pytest.approx(50, abs=0.1)
    for zoom in (2, 4, 8):  # around the cursor, which stays in the middle
        sound.button("Zoom in").click()
        sound.drawn()
        assert sound.click(750) == pytest.approx(50 + 25 / zoom, abs=0.2 / zoom)
        assert sound.click(250) == pytest.approx(50 - 25 / zoom, abs=0.2 / zoom)
        assert sound.click(500) == pytest.approx(50, abs=0.2 / zoom)
    sound.button("Show the whole sound").click()
    sound.drawn()
    assert sound.click(900) == pytest.approx(90, abs=0.1)


def test_the_wheel_zooms_around_the_pointer(sound: Stand) -> None:
    before = sound.click(700)
    for along in (-120, -120, 60, -120):
        sound.wheel(0, along, "Control")
        assert sound.click(700) == pytest.approx(before, abs=0.1)
    assert sound.click(800) - before < 5
    for _ in range(8):
        sound.wheel(0, 120, "Control")
    assert sound.click(800) == pytest.approx(80, abs=0.1)


def test_a_wheel_without_keys_is_left_to_the_page(sound: Stand) -> None:
    sound.hover(500)
    sound.wheel(0, 120)
    sound.page.wait_for_function("scrollY > 0")
    sound.page.evaluate("scrollTo(0, 0)")
    assert sound.click(300) == pytest.approx(30, abs=0.1)


def test_shift_and_wheel_pan(sound: Stand) -> None:
    sound.click(500)
    sound.button("Zoom in").click()
    sound.hover(500)
    sound.wheel(0, 200, "Shift")
    assert sound.click(0) == pytest.approx(35, abs=0.2)
    sound.hover(500)
    sound.wheel(0, 5000, "Shift")
    assert sound.click(999) == pytest.approx(SECONDS, abs=0.1)


def drag(stand: Stand, x: float, to: float) -> None:
    box = stand.stage.bounding_box()
    assert box
    stand.page.mouse.move(box["x"] + x, box["y"] + 20)
    stand.page.mouse.down()
    stand.page.mouse.move(box["x"] + to, box["y"] + 20, steps=4)
    stand.page.mouse.up()
    stand.drawn()


def test_a_drag_pans_and_does_not_seek(sound: Stand) -> None:
    sound.click(500)
    sound.button("Zoom in").click()
    sound.drawn()
    drag(sound, 600, 400)
    assert len(sound.seeks) == 1
    assert sound.click(0) == pytest.approx(35, abs=0.2)
    drag(sound, 100, 103)  # an unsteady hand
    assert sound.seeks[-1] == pytest.approx(35 + 103 / 20, abs=0.2)


def test_the_overview_is_there_when_zoomed_and_leads_elsewhere(sound: Stand) -> None:
    overview = sound.page.locator("#stand .timeline-overview")
    assert not overview.is_visible()
    sound.click(500)
    for _ in range(3):
        sound.button("Zoom in").click()
    sound.drawn()
    box = overview.bounding_box()
    assert box
    overview.click(position={"x": box["width"] * 0.8, "y": 10})
    sound.drawn()
    assert sound.click(500) == pytest.approx(80, abs=0.5)
    window = sound.page.locator("#stand .timeline-window").bounding_box()
    assert window
    assert window["width"] == pytest.approx(box["width"] / 8, abs=1)
    assert window["x"] + window["width"] / 2 - box["x"] == pytest.approx(box["width"] * 0.8, abs=1)


def test_two_fingers_zoom_and_one_taps(browser: Browser, site: Server) -> None:
    viewport = {"width": 800, "height": 800}
    with visit(browser, site.url, has_touch=True, viewport=viewport) as page, stand_on(page, 600) as stand:
        stand.show(60, steady(60), segments((60, "music")))
        box = stand.stage.bounding_box()
        assert box
        fingers = page.context.new_cdp_session(page)

        def touch(kind: str, *places: float) -> None:
            points = [{"x": box["x"] + x, "y": box["y"] + 30, "id": index} for index, x in enumerate(places)]
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
            stand.drawn()

        touch("touchStart", 250, 350)
        for spread in (75, 100):
            touch("touchMove", 300 - spread, 300 + spread)
        touch("touchEnd")
        assert stand.seeks == []
        page.touchscreen.tap(box["x"] + 300, box["y"] + 30)
        stand.drawn()
        assert stand.seeks[-1] == pytest.approx(30, abs=0.5)
        assert "music 90 %" in stand.tooltip.inner_text().replace("\n", " ")
        page.touchscreen.tap(box["x"] + 599, box["y"] + 30)
        assert stand.seeks[-1] == pytest.approx(45, abs=0.7)


def test_nobody_seeks_beyond_the_end(stand: Stand) -> None:
    stand.tell("begin", {"duration": None})
    stand.tell("addChunks", steady(6))
    assert stand.click(990) == pytest.approx(6)
