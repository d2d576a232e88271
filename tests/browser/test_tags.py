"""Tags: a chip for each, a lane for those that somebody wants to see, and the best ones beside chunks and segments."""

import json
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.listening_page import ListeningPage
from tests.browser.played import Played, report, steps, tags
from tests.browser.timeline.heard import chunk, segments
from tests.browser.visit import visit
from tests.http.server import Server
from tests.sound_files import sound_bytes
from tests.tones import RATE, SPEECH_HZ, tone

SHARES = {"music": 0.5, "speech": 0.0, "both": 0.0, "neither": 0.5, "silent": 0.0}
SPOKEN = {"label": "Male speech, man speaking", "probability": 0.31}
PARTS = segments((3, "music"), (6, "scene"), details=["rock", "other"])
PARTS[0]["tags"] = tags(Trumpet=0.9, Jazz=0.3)
PARTS[1]["tags"] = []
ANSWER = report("music/rock", SHARES, PARTS, tags=[*tags(Trumpet=0.62, Jazz=0.4), SPOKEN])
CHUNKS = [
    {**chunk(0, 3, 0.9, genre={"rock": 0.8, "other": 0.2}), "tags": [*tags(Trumpet=0.9, Jazz=0.3, Music=0.2), SPOKEN]},
    {**chunk(3, 6, 0.1, scene={"train": 0.4, "other": 0.6}), "tags": tags(Jazz=0.5)},
]
LANE_HEIGHT = 50


def hear(page: Page, answer: dict[str, Any] = ANSWER, chunks: list[dict[str, Any]] = CHUNKS) -> ListeningPage:
    Played(answer, chunks, [steps([0.9] * 19), steps([0.1] * 19, start=3)]).play(page)
    shown = ListeningPage(page)
    shown.choose_bytes("a.wav", sound_bytes("wav_16", tone(SPEECH_HZ, 6), RATE))
    shown.expect_done()
    return shown


def chips(page: Page) -> Locator:
    return page.get_by_role("group", name="Tags").get_by_role("button")


def chip(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name="Tags").get_by_role("button", name=name)


def stage(shown: ListeningPage) -> Locator:
    return shown.part("timeline").get_by_role("slider")


def height(shown: ListeningPage) -> float:
    shown.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    box = stage(shown).bounding_box()
    assert box
    return box["height"]


def test_each_tag_is_a_chip_with_its_probability(page: Page) -> None:
    hear(page)
    expect(chips(page)).to_have_text(["Trumpet 62 %", "Jazz 40 %", "Male speech, man speaking 31 %"])
    for one in chips(page).all():
        expect(one).to_have_attribute("aria-pressed", "false")


def test_a_chip_shows_its_tag_over_time_and_hides_it_again(page: Page) -> None:
    shown = hear(page)
    before = height(shown)
    chip(page, "Trumpet").click()
    expect(chip(page, "Trumpet")).to_have_attribute("aria-pressed", "true")
    assert height(shown) == before + LANE_HEIGHT
    chip(page, "Jazz").click()
    assert height(shown) == before + 2 * LANE_HEIGHT
    chip(page, "Trumpet").click()
    expect(chip(page, "Trumpet")).to_have_attribute("aria-pressed", "false")
    assert height(shown) == before + LANE_HEIGHT


def test_chips_work_by_keyboard_and_keep_the_focus(page: Page) -> None:
    shown = hear(page)
    before = height(shown)
    chip(page, "Trumpet").focus()
    for key, pressed in (("Enter", "true"), ("Space", "false"), ("Space", "true")):
        page.keyboard.press(key)
        expect(chip(page, "Trumpet")).to_have_attribute("aria-pressed", pressed)
        expect(chip(page, "Trumpet")).to_be_focused()
    assert height(shown) == before + LANE_HEIGHT
    assert shown.player["paused"]  # the space bar was for the chip


def test_screen_readers_are_told_of_the_tags_at_the_cursor(page: Page) -> None:
    """The best ones, and first those that have a lane, also where they are not heard."""
    shown = hear(page)
    stage(shown).focus()
    words = "0:00.0: music 90 %, speech 2 %; rock 80 %, no known genre 20 %; Trumpet 90 %, Jazz 30 %, Music 20 %"
    expect(stage(shown)).to_have_attribute("aria-valuetext", words)
    chip(page, "Trumpet").click()
    stage(shown).press("ArrowRight")
    words = "0:03.0: music 10 %, speech 2 %; no known scene 60 %, train 40 %; Trumpet 0 %, Jazz 50 %"
    expect(stage(shown)).to_have_attribute("aria-valuetext", words)


def test_segments_have_their_best_tags(page: Page) -> None:
    shown = hear(page)
    assert [row[2].split("\n") for row in shown.segment_rows] == [
        ["music (rock)", "Trumpet; Jazz"],
        ["scene (no known scene)"],
    ]


def test_lanes_belong_to_their_sound_and_come_back_with_it(page: Page) -> None:
    shown = hear(page)
    before = height(shown)
    chip(page, "Trumpet").click()
    shown.choose_bytes("b.wav", sound_bytes("wav_16", tone(SPEECH_HZ, 6), RATE))
    expect(shown.part("name")).to_have_text("b.wav")
    shown.expect_done()
    expect(chip(page, "Trumpet")).to_have_attribute("aria-pressed", "false")
    assert height(shown) == before
    shown.history.filter(has_text="a.wav").click()
    expect(chip(page, "Trumpet")).to_have_attribute("aria-pressed", "true")
    assert height(shown) == before + LANE_HEIGHT
    with shown.listening_again():
        shown.set({"hop_seconds": "1"})
    expect(chip(page, "Trumpet")).to_have_attribute("aria-pressed", "true")
    assert height(shown) == before + LANE_HEIGHT


def test_no_more_tags_than_labels_are_kept(page: Page) -> None:
    shown = hear(page)
    before = height(shown)
    chip(page, "Jazz").click()
    shown.set({"top_k": "1"})
    expect(chips(page)).to_have_count(1)
    assert height(shown) == before
    shown.set({"top_k": ""})
    expect(chip(page, "Jazz")).to_have_attribute("aria-pressed", "true")
    assert height(shown) == before + LANE_HEIGHT


@pytest.mark.parametrize("found", [None, []], ids=["a cascade without a tagger", "no tag above its threshold"])
def test_without_tags_nothing_is_said_of_them(page: Page, found: list[Any] | None) -> None:
    answer = {name: value for name, value in ANSWER.items() if name != "tags"}
    if found is not None:
        answer["tags"] = found
    chunks = [{name: value for name, value in one.items() if name != "tags"} for one in CHUNKS]
    shown = hear(page, answer, chunks)
    expect(page.get_by_role("group", name="Tags")).to_be_hidden()
    stage(shown).focus()
    words = "0:00.0: music 90 %, speech 2 %; rock 80 %, no known genre 20 %"
    expect(stage(shown)).to_have_attribute("aria-valuetext", words)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing_and_narrow_pages_hold_them(browser: Browser, site: Server, scheme: Any, width: int) -> None:
    settings: dict[str, Any] = {"color_scheme": scheme, "bypass_csp": True, "reduced_motion": "reduce"}
    with visit(browser, site.url, viewport={"width": width, "height": 800}, **settings) as page:
        shown = hear(page)
        chip(page, "Trumpet").click()
        chip(page, "Male speech").click()
        shown.set({"smoothing": "3"})
        violations = Axe().run(page).response["violations"]
        assert not violations, json.dumps(violations)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
