"""Read as the Audacity manual describes its label tracks: start, end and text between tabs, a label per line."""

import re

from hypothesis import given

from service.formats.annotations import write_audacity
from service.formats.document import View
from service.types import Report, Segment
from tests.formats.reports import REPORT, SOME, reports, with_segments

BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")
LINE = re.compile(r"(\d+\.\d{6})\t(\d+\.\d{6})\t([^\t\r\n]+)")


def read(text: str) -> list[tuple[float, float, str]]:
    assert not text or text.endswith("\n")
    labels = []
    for line in text.splitlines():
        match = LINE.fullmatch(line)
        assert match, line
        labels.append((float(match[1]), float(match[2]), match[3]))
    return labels


@SOME
@given(reports())
def test_a_label_per_segment(report: Report) -> None:
    labels = read(write_audacity(report, "a.mp3", View()))
    for (start, end, text), segment in zip(labels, report.segments, strict=True):
        assert abs(start - segment.start) < 0.000001
        assert abs(end - segment.end) < 0.000001
        words = segment.label if segment.detail is None else f"{segment.label}/{segment.detail}"
        assert BLANKS.sub("", text) == BLANKS.sub("", words)


def test_as_audacity_writes_it() -> None:
    expected = "0.000000\t3.000000\tmusic/metal\n3.000000\t6.500400\tsilence\n"
    assert write_audacity(REPORT, "a.mp3", View()) == expected


def test_tabs_and_line_ends_do_not_split_a_label() -> None:
    text = write_audacity(with_segments(Segment(1, 1, "a\tb\r\nc", None, 1.0)), "a.mp3", View())
    assert text == "1.000000\t1.000000\ta b c\n"


def test_no_segments_are_an_empty_file() -> None:
    assert write_audacity(with_segments(), "a.mp3", View()) == ""
