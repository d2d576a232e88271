"""The headline says what the label and the shares of time say, and no other word than the timeline does."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.listening_page import ListeningPage
from tests.browser.played import Played, report
from tests.browser.timeline.heard import segments, steady
from tests.sound_files import sound_bytes
from tests.tones import RATE, SPEECH_HZ, tone

SECONDS = 100.0


def show(page: Page, **answer: Any) -> ListeningPage:
    Played(report(**answer), steady(SECONDS)).play(page)
    shown = ListeningPage(page)
    shown.choose_bytes("a.wav", sound_bytes("wav_16", tone(SPEECH_HZ, 1), RATE))
    shown.expect_done()
    return shown


def shares(music: float = 0, speech: float = 0, both: float = 0, neither: float = 0, silent: float = 0) -> Any:
    return {"music": music, "speech": speech, "both": both, "neither": neither, "silent": silent}


ALL_THE_SAME = [
    ("music/rock", [(100, "music")], shares(music=1), "Music, most likely rock (61 %)"),
    ("music/rock", [(80, "music"), (100, "speech")], shares(music=0.8, speech=0.2), "Music, most likely rock (61 %)"),
    ("music/rock", [(40, "silence"), (100, "music")], shares(music=0.6, silent=0.4), "Music, most likely rock (61 %)"),
    ("speech", [(95, "speech"), (100, "music")], shares(music=0.05, speech=0.95), "Speech"),
    (
        "music+speech/jazz",
        [(100, "music+speech")],
        shares(music=1, speech=1, both=1),
        "Music and speech, most likely jazz (10 %)",
    ),
    ("scene/train", [(100, "scene")], shares(neither=1), "Neither music nor speech: a train (30 %)"),
    ("music/other", [(100, "music")], shares(music=1), "Music, no known genre"),
    ("scene/other", [(100, "scene")], shares(neither=1), "Neither music nor speech: no known scene"),
    ("silence", [(100, "silence")], shares(silent=1), "Silence"),
]
MIXED = [
    (
        "speech",
        [(30, "scene"), (59, "speech"), (73, "music+speech"), (100, "music")],
        shares(music=0.41, speech=0.43, both=0.14, neither=0.3),
        "Mixed: speech 43 %, music 41 %, other 30 %",
        "Overall label: speech.",
    ),
    (
        "music/rock",
        [(57, "music"), (71, "silence"), (100, "scene")],
        shares(music=0.57, neither=0.29, silent=0.14),
        "Mixed: music 57 %, other 29 %, silence 14 %",
        "Overall label: music, most likely rock (61 %).",
    ),
    (
        "scene/other",
        [(79, "scene"), (100, "speech")],
        shares(speech=0.21, neither=0.79),
        "Mixed: other 79 %, speech 21 %",
        "Overall label: neither music nor speech: no known scene.",
    ),
]


@pytest.mark.parametrize(("label", "parts", "of_time", "words"), ALL_THE_SAME)
def test_what_holds_for_nearly_all_of_the_sounding_time_is_named(
    page: Page, label: str, parts: Any, of_time: Any, words: str
) -> None:
    shown = show(page, label=label, shares=of_time, segments=segments(*parts))
    assert shown.verdict == words
    expect(shown.history).to_contain_text(words)


@pytest.mark.parametrize(("label", "parts", "of_time", "words", "one_label"), MIXED)
def test_a_mixture_is_told_by_its_shares(
    page: Page, label: str, parts: Any, of_time: Any, words: str, one_label: str
) -> None:
    shown = show(page, label=label, shares=of_time, segments=segments(*parts))
    assert shown.verdict.replace("\N{NO-BREAK SPACE}", " ") == words  # lines break after commas alone
    assert shown.part("certainty").inner_text() == one_label
    expect(shown.history).to_contain_text(words)


def test_what_is_no_known_kind_is_called_so_everywhere(page: Page) -> None:
    parts = segments((50, "music"), (100, "scene"), details=["other", "other"])
    shown = show(page, label="music/other", shares=shares(music=0.5, neither=0.5), segments=parts)
    assert [row[2] for row in shown.segment_rows] == ["music (no known genre)", "scene (no known scene)"]
    assert "music (no known genre)" in shown.part("shares").inner_text()
    averages = shown.part("labels").inner_text()
    assert "no known genre\n29 %" in averages
    assert "no known scene\n50 %" in averages
