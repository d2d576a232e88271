"""Hearing the moment: from the start, from a segment, from the timeline, with the cursor going along."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.listening_page import ListeningPage
from tests.sound_files import write_sound
from tests.tones import RATE, medley
from tests.workers.waiting import wait_for

AFTER_THE_FIRST_SECOND = re.compile(r"^0:(0[1-9]|[1-3]\d)$")


@pytest.fixture
def shown(page: Page, tmp_path: Path) -> ListeningPage:
    shown = ListeningPage(page)
    shown.choose(write_sound(tmp_path, "wav_16", medley(), RATE))
    shown.expect_done()
    return shown


def test_play_and_pause(shown: ListeningPage) -> None:
    shown.page.get_by_role("button", name="Play", exact=True).click()
    wait_for(lambda: shown.player["seconds"] > 0.3)
    pause = shown.page.get_by_role("button", name="Pause", exact=True)
    expect(shown.part("position")).to_have_text(AFTER_THE_FIRST_SECOND)
    pause.click()
    assert shown.player["paused"]
    expect(shown.page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_a_segment_plays_from_its_start(shown: ListeningPage) -> None:
    shown.page.get_by_role("button", name="Play from 0:15.0").click()
    wait_for(lambda: 15 < shown.player["seconds"] < 21)
    assert not shown.player["paused"]


def test_a_click_into_the_timeline_plays_from_there(shown: ListeningPage) -> None:
    shown.part("timeline").get_by_role("slider").click()  # its middle
    wait_for(lambda: not shown.player["paused"])
    assert 15 < shown.player["seconds"] < 22  # the middle of 34.5 s is 17.25 s


def test_the_space_bar_plays_unless_it_means_something_else(shown: ListeningPage) -> None:
    shown.page.locator("body").press("Space")
    wait_for(lambda: not shown.player["paused"])
    shown.page.locator("body").press("Space")
    wait_for(lambda: shown.player["paused"])
    shown.part("settings").locator('[name="min_segment_seconds"]').press("Space")
    shown.page.wait_for_timeout(100)
    assert shown.player["paused"]


def test_what_the_browser_cannot_play_is_shown_all_the_same(page: Page, tmp_path: Path) -> None:
    shown = ListeningPage(page)
    shown.choose(write_sound(tmp_path, "au", medley(), RATE))
    shown.expect_done()
    expect(shown.part("player-note")).to_contain_text("cannot play")
    expect(shown.part("play")).to_be_disabled()


def test_another_sound_ends_the_first(shown: ListeningPage, tmp_path: Path) -> None:
    shown.page.get_by_role("button", name="Play", exact=True).click()
    wait_for(lambda: not shown.player["paused"])
    shown.choose(write_sound(tmp_path / "other.wav", "wav_16", medley(), RATE))
    expect(shown.part("name")).to_have_text("other.wav")
    shown.expect_done()
    assert shown.player == {"seconds": 0, "paused": True}
    expect(shown.page.get_by_role("button", name="Play", exact=True)).to_be_visible()
