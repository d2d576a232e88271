"""Settings act at once, and the sound is sent again only where it has to be heard again; downloads follow them."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, Request, expect

from service.formats.catalogue import FORMATS
from tests.browser.listening_page import ListeningPage
from tests.http.server import Server
from tests.sound_files import write_sound
from tests.tones import MUSIC_HZ, RATE, SPEECH_HZ, medley, tone

_ID = re.compile(r'"id": ?"[0-9a-f]+"')
_NUMBER = re.compile(r"\d+\.\d+")
_ROUNDING = 1e-5
"""Averages of rounded probabilities differ from rounded averages."""


@pytest.fixture
def restless(tmp_path: Path) -> Path:
    """21 s of music with a chunk of speech in the middle of it."""
    parts = [tone(MUSIC_HZ["low"], 9), tone(SPEECH_HZ, 3), tone(MUSIC_HZ["low"], 9)]
    return write_sound(tmp_path / "restless.wav", "wav_16", np.concatenate(parts), RATE)


def requests_of(page: Page) -> list[str]:
    """What the service is asked for from now on; the player fetches its sound from the page itself."""
    asked: list[str] = []

    def note(request: Request) -> None:
        _, of_the_service, path = urlsplit(request.url).path.partition("/v1/")
        if of_the_service:
            asked.append(path)

    page.on("request", note)
    return asked


def test_segments_change_without_the_sound(page: Page, restless: Path) -> None:
    shown = ListeningPage(page)
    shown.choose(restless)
    shown.expect_done()
    expect(shown.part("segments").locator("tr")).to_have_count(3)
    asked = requests_of(page)
    for settings, count in (
        ({"smoothing": "10"}, 1),
        ({"smoothing": "0"}, 3),
        ({"min_segment_seconds": "4"}, 1),
        ({"min_segment_seconds": "0"}, 3),
        ({"merge_gap_seconds": "4"}, 1),
    ):
        shown.set(settings)
        expect(shown.part("segments").locator("tr")).to_have_count(count)
    assert set(asked) == {"answer"}


def test_fewer_labels_need_no_request(page: Page, restless: Path) -> None:
    shown = ListeningPage(page)
    shown.choose(restless)
    shown.expect_done()
    asked = requests_of(page)
    shown.set({"top_k": "1"})
    expect(shown.part("labels").get_by_text("others")).to_be_visible()
    assert not asked


def test_a_setting_that_cannot_be_is_told(page: Page, restless: Path) -> None:
    shown = ListeningPage(page)
    shown.choose(restless)
    shown.expect_done()
    asked = requests_of(page)
    shown.set({"min_segment_seconds": "-4", "smoothing": "10"})
    expect(shown.part("settings").locator('[name="min_segment_seconds"]')).to_be_focused()  # the browser says why
    assert not asked


def test_another_hop_listens_again_by_itself(page: Page, restless: Path, tmp_path: Path) -> None:
    shown = ListeningPage(page)
    shown.choose(restless)
    shown.expect_done()
    asked = requests_of(page)
    with shown.listening_again():
        shown.set({"hop_seconds": "1"})
    assert asked == ["classify"]
    assert len(json.loads(shown.save("json", tmp_path).read_text("utf-8"))["chunks"]) == 19


def test_settings_stay_for_the_next_sound_and_come_back_with_the_last(
    page: Page, restless: Path, tmp_path: Path
) -> None:
    shown = ListeningPage(page)
    shown.choose(restless)
    shown.expect_done()
    shown.set({"smoothing": "10"})
    expect(shown.part("segments").locator("tr")).to_have_count(1)
    shown.choose(write_sound(tmp_path / "next.wav", "wav_16", tone(SPEECH_HZ, 6), RATE))
    expect(shown.part("name")).to_have_text("next.wav")
    shown.expect_done()
    assert shown.part("smoothing").inner_text() == "10"
    shown.set({"smoothing": "2"})
    shown.page.wait_for_timeout(300)  # the hand rests
    shown.history.filter(has_text="restless.wav").click()
    expect(shown.part("smoothing")).to_have_text("10")
    expect(shown.part("segments").locator("tr")).to_have_count(1)


def assert_same(saved: str, answered: str) -> None:
    """But for the identifier, and the last digit of the numbers."""
    saved, answered = _ID.sub("", saved), _ID.sub("", answered)
    assert _NUMBER.sub("#", saved) == _NUMBER.sub("#", answered)
    numbers = [[float(number) for number in _NUMBER.findall(text)] for text in (saved, answered)]
    assert numbers[0] == pytest.approx(numbers[1], abs=_ROUNDING)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"hop_seconds": "1.5", "smoothing": "4", "min_segment_seconds": "3.5", "merge_gap_seconds": "2", "top_k": "1"},
    ],
    ids=["as they are", "others"],
)
def test_each_download_is_what_the_service_would_answer(
    page: Page, site: Server, tmp_path: Path, settings: Mapping[str, str]
) -> None:
    file = write_sound(tmp_path / "my medley.wav", "wav_16", medley(), RATE)
    shown = ListeningPage(page)
    shown.choose(file)
    shown.expect_done()
    if settings:
        with shown.listening_again():
            shown.set(settings)
    with site.client() as client:
        segments = client.post("/v1/classify", params=settings, content=file.read_bytes()).json()["segments"]
        expect(shown.part("segments").locator("tr")).to_have_count(len(segments))
        for form in FORMATS.values():
            saved = shown.save(form.name, tmp_path)
            assert saved.name == f"my medley.{form.extension}"
            answer = client.post(
                "/v1/classify", params={**settings, "format": form.name}, files={"file": (file.name, file.read_bytes())}
            )
            assert_same(saved.read_text("utf-8"), answer.text)
