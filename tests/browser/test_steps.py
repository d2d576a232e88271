"""A gate that speaks in steps: the page asks for them, draws them, and sends them back for other segments."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.listening_page import ListeningPage
from tests.browser.played import STEP_SECONDS, Played, report, steps, tags
from tests.browser.timeline.heard import chunk, segments
from tests.sound_files import sound_bytes
from tests.tones import MUSIC_HZ, RATE, tone

CHUNKS = [
    {**chunk(0, 3, 0.9, genre={"rock": 1.0}), "tags": tags(Guitar=0.8)},
    {**chunk(3, 6, None), "tags": None},
]
PARTS = [steps([0.98] * 19), steps([0.5] + [None] * 17, start=19 * STEP_SECONDS), steps([None], start=6)]
SHARES = {"music": 0.5, "speech": 0.0, "both": 0.0, "neither": 0.0, "silent": 0.5}
ANSWER = report("music/rock", SHARES, segments((3, "music"), (6, "silence")), tags=tags(Guitar=0.8))
ALL_STEPS = [0.98] * 19 + [0.5] + [None] * 18


def hear(page: Page, played: Played) -> ListeningPage:
    played.play(page)
    shown = ListeningPage(page)
    shown.choose_bytes("a.wav", sound_bytes("wav_16", tone(MUSIC_HZ["low"], 6), RATE))
    shown.expect_done()
    return shown


@pytest.fixture
def played() -> Played:
    return Played(ANSWER, CHUNKS, PARTS)


def test_steps_are_asked_for_and_smoothing_is_left_to_the_gate(page: Page, played: Played) -> None:
    hear(page, played)
    (query,) = played.asked
    assert query["detail"] == "steps"
    assert query["format"] == "ndjson"
    assert "smoothing" not in query


def test_other_segments_are_made_from_the_steps(page: Page, played: Played) -> None:
    shown = hear(page, played)
    with page.expect_response("**/v1/answer*"):
        shown.set({"smoothing": "12.5", "min_segment_seconds": "2", "merge_gap_seconds": "0.5"})
    ((query, body),) = played.again
    assert query == {
        "smoothing": "12.5",
        "min_segment_seconds": "2",
        "merge_gap_seconds": "0.5",
        "detail": "segments",
    }
    assert body["steps"] == {
        "start": 0.0,
        "step_seconds": STEP_SECONDS,
        "probabilities": {
            "music": ALL_STEPS,
            "speech": [None if value is None else 0.02 for value in ALL_STEPS],
        },
    }
    assert body["chunks"] == CHUNKS
    assert {name: body[name] for name in ANSWER} == ANSWER
    assert "peaks" not in body


def test_the_smoothing_of_the_gate_can_be_had_back(page: Page, played: Played) -> None:
    shown = hear(page, played)
    default = page.get_by_role("button", name="Default")
    slider = page.get_by_role("slider", name="Smoothing")
    expect(default).to_have_attribute("aria-pressed", "true")
    expect(slider).to_have_attribute("aria-valuetext", "default")
    expect(slider).to_have_attribute("max", "20")
    with page.expect_response("**/v1/answer*"):
        slider.press("ArrowRight")
    expect(default).to_have_attribute("aria-pressed", "false")
    expect(shown.part("smoothing")).to_have_text("3.5")
    assert played.again[-1][0]["smoothing"] == "3.5"
    with page.expect_response("**/v1/answer*"):
        default.press("Enter")
    expect(default).to_have_attribute("aria-pressed", "true")
    expect(shown.part("smoothing")).to_be_empty()
    assert "smoothing" not in played.again[-1][0]


def test_the_value_at_the_cursor_is_that_of_the_step(page: Page, played: Played) -> None:
    shown = hear(page, played)
    stage = shown.part("timeline").get_by_role("slider")
    stage.focus()
    expect(stage).to_have_attribute("aria-valuetext", "0:00.0: music 98 %, speech 2 %; rock 100 %; Guitar 80 %")
    stage.press("End")
    expect(stage).to_have_attribute("aria-valuetext", "0:06.0: silence")


def test_without_steps_the_answer_goes_back_without_them(page: Page) -> None:
    played = Played(ANSWER, CHUNKS)
    shown = hear(page, played)
    with page.expect_response("**/v1/answer*"):
        shown.set({"smoothing": "2"})
    assert "steps" not in played.again[0][1]
    assert played.again[0][1]["chunks"] == CHUNKS


def test_listening_again_forgets_the_steps_from_before(page: Page, played: Played) -> None:
    shown = hear(page, played)
    with shown.listening_again():
        shown.set({"hop_seconds": "1"})
    with page.expect_response("**/v1/answer*"):
        shown.set({"smoothing": "2"})
    assert played.again[0][1]["steps"]["probabilities"]["music"] == ALL_STEPS


@pytest.mark.parametrize(("parts", "detail"), [(PARTS, "steps"), ([], "chunks")])
def test_what_is_saved_has_all_that_was_heard(page: Page, tmp_path: Path, parts: list[Any], detail: str) -> None:
    played = Played(ANSWER, CHUNKS, parts)
    shown = hear(page, played)
    saved = json.loads(shown.save("json", tmp_path).read_text("utf-8"))
    assert saved["label"] == "music/rock"
    assert played.again[-1][0]["detail"] == detail


def test_a_recording_asks_for_steps_as_well(page: Page) -> None:
    sent: list[str] = []

    def note(frame: str | bytes) -> None:
        if isinstance(frame, str):
            sent.append(frame)

    page.on("websocket", lambda socket: socket.on("framesent", note))
    shown = ListeningPage(page)
    page.get_by_role("button", name="Record").click()
    expect(shown.part("now")).to_contain_text("music")
    page.get_by_role("button", name="Stop recording").click()
    shown.expect_verdict("Music, most likely low")
    start = json.loads(sent[0])
    assert start["detail"] == "steps"
    assert not {"smoothing", "hop_seconds"} & start.keys()  # left to the service
