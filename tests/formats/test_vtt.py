import html

import pytest
import webvtt
from hypothesis import given

from service.formats.annotations import write_vtt
from service.formats.caption import caption
from service.formats.document import View
from service.types import Report, Segment
from tests.formats.reports import REPORT, SOME, TIME_ERROR, names, reports, with_segments


def read(text: str) -> list[webvtt.Caption]:
    return list(webvtt.from_string(text, strict=True).captions)


def seconds(timestamp: str) -> float:
    hours, minutes, rest = timestamp.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


@SOME
@given(reports(), names)
def test_a_cue_per_segment(report: Report, name: str) -> None:
    text = write_vtt(report, name, View())
    lasting = [segment for segment in report.segments if round(segment.end * 1000) > round(segment.start * 1000)]
    for cue, segment in zip(read(text), lasting, strict=True):
        assert abs(seconds(cue.start) - segment.start) < TIME_ERROR
        assert abs(seconds(cue.end) - segment.end) < TIME_ERROR
        [payload] = cue.lines
        assert "<" not in payload
        assert ">" not in payload
        label, probability = payload.rsplit(" ", 1)
        assert html.unescape(label) == caption(segment)
        assert abs(float(probability) - segment.probability) < 0.00501
    assert text.count("-->") == len(lasting)
    assert text.endswith("\n")


def test_the_file() -> None:
    assert write_vtt(REPORT, "my song.mp3", View()) == (
        "WEBVTT\n\nNOTE my song.mp3\n\n"
        "00:00:00.000 --> 00:00:03.000\nmusic/metal 0.93\n\n"
        "00:00:03.000 --> 00:00:06.500\nsilence 1.00\n"
    )


@pytest.mark.parametrize("name", ["a --> b", "a\n\n00:00.000 --> 00:01.000\nspoof", "a ---> b", "-----", "a\r-->\r\rb"])
def test_a_name_makes_no_cue(name: str) -> None:
    text = write_vtt(with_segments(), name, View())
    assert "-->" not in text
    assert len(read(text)) == 0
    assert len(text.splitlines()) == 3


def test_the_name_is_a_comment() -> None:
    assert webvtt.from_string(write_vtt(REPORT, "my song.mp3", View())).header_comments == ["my song.mp3"]


def test_markup_is_escaped() -> None:
    [cue] = read(write_vtt(with_segments(Segment(0, 1, "<i>R&B-->", None, 1)), "a", View()))
    assert cue.lines == ["&lt;i&gt;R&amp;B--&gt; 1.00"]


def test_hours_go_beyond_two_digits() -> None:
    [cue] = read(write_vtt(with_segments(Segment(359_999.9996, 442_862.5, "music", None, 1)), "a", View()))
    assert (cue.start, cue.end) == ("100:00:00.000", "123:01:02.500")


def test_an_instant_has_no_cue() -> None:
    assert len(read(write_vtt(with_segments(Segment(1, 1.0004, "music", None, 1)), "a", View()))) == 0
