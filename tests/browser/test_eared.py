"""The page with a service whose gate speaks in steps, and which has tags: the whole way, there and back."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from service.formats.catalogue import FORMATS
from tests.browser.listening_page import ListeningPage
from tests.browser.test_settings import assert_same
from tests.browser.visit import visit
from tests.http.server import Server, serving
from tests.sound_files import write_sound
from tests.tiny_models import EAR_STEPS
from tests.tones import MUSIC_HZ, RATE, SPEECH_HZ, medley, silence, tone

FIRST_CHANGE_SECONDS = 7.4
STEPS_PER_SECOND = EAR_STEPS / 3


@pytest.fixture(scope="module")
def eared_site(eared_models: Path) -> Iterator[Server]:
    with serving(eared_models, "--workers", "1") as running:
        yield running


@pytest.fixture
def page(browser: Browser, eared_site: Server) -> Iterator[Page]:
    with visit(browser, eared_site.url) as page:
        yield page


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """Low music that gives way to speech in the middle of a chunk, with 0.8 s of music within the speech."""
    parts = [tone(MUSIC_HZ["low"], FIRST_CHANGE_SECONDS), tone(SPEECH_HZ, 5), tone(MUSIC_HZ["low"], 0.8)]
    return write_sound(tmp_path / "talk.wav", "wav_16", np.concatenate([*parts, tone(SPEECH_HZ, 4.8)]), RATE)


def test_a_change_within_a_chunk_is_found_where_it_is(page: Page, talk: Path) -> None:
    shown = ListeningPage(page)
    shown.choose(talk)
    shown.expect_done()
    assert [row[:3:2] for row in shown.segment_rows][:2] == [
        ["0:00.0", "music (low)\nTone 300 Hz"],
        ["0:07.4", "speech\nTone 1500 Hz"],
    ]
    assert shown.verdict.startswith("Mixed: speech")


def test_smoothing_works_on_the_steps(page: Page, talk: Path) -> None:
    shown = ListeningPage(page)
    shown.choose(talk)
    shown.expect_done()
    for settings, count in (
        ({"smoothing": "0"}, 4),
        ({"min_segment_seconds": "1"}, 2),
        ({"min_segment_seconds": "0"}, 4),
    ):
        shown.set(settings)
        expect(shown.part("segments").locator("tr")).to_have_count(count)


def test_tags_of_the_whole_sound_and_of_its_segments(page: Page, tmp_path: Path) -> None:
    shown = ListeningPage(page)
    sound = np.concatenate([tone(MUSIC_HZ["low"], 9), silence(3), tone(SPEECH_HZ, 3)])
    shown.choose(write_sound(tmp_path, "wav_16", sound, RATE))
    shown.expect_done()
    chip = page.get_by_role("group", name="Tags").get_by_role("button")
    expect(chip).to_have_text(["Tone 300 Hz 75 %"])
    chip.click()
    stage = shown.part("timeline").get_by_role("slider")
    stage.press("End")
    expect(stage).to_have_attribute(
        "aria-valuetext", "0:15.0: music 0 %, speech 100 %; Tone 300 Hz 0 %, Tone 1500 Hz 100 %"
    )


@pytest.mark.parametrize("settings", [{}, {"smoothing": "2", "min_segment_seconds": "1", "top_k": "1"}])
def test_what_is_saved_is_what_the_service_answers(
    page: Page, eared_site: Server, tmp_path: Path, settings: dict[str, str]
) -> None:
    file = write_sound(tmp_path / "medley.wav", "wav_16", medley(), RATE)
    shown = ListeningPage(page)
    shown.choose(file)
    shown.expect_done()
    shown.set(settings)
    page.wait_for_timeout(300)  # the hand rests
    with eared_site.client() as client:
        for form in FORMATS.values():
            query = {**settings, "format": form.name, "detail": "steps"}
            answer = client.post("/v1/classify", params=query, files={"file": (file.name, file.read_bytes())})
            with page.expect_response("**/v1/answer*"):
                saved = shown.save(form.name, tmp_path)
            assert_same(saved.read_text("utf-8"), answer.text)


def test_a_recording_has_steps_that_can_be_smoothed_again(page: Page, tmp_path: Path) -> None:
    shown = ListeningPage(page)
    page.get_by_role("button", name="Record").click()
    expect(shown.part("now")).to_contain_text("music")
    page.get_by_role("button", name="Stop recording").click()
    shown.expect_done()
    with page.expect_response("**/v1/answer*") as asked:
        shown.set({"smoothing": "8"})
    assert asked.value.ok
    answer = json.loads(shown.save("json", tmp_path).read_text("utf-8"))
    found = answer["steps"]["probabilities"]
    assert list(found) == ["music", "speech"]
    assert len(found["music"]) == pytest.approx(answer["audio"]["duration_seconds"] * STEPS_PER_SECOND, abs=1)
