from typing import get_args

import pytest
from hypothesis import given

from service.formats.catalogue import FORMATS, Format, FormatName
from service.formats.document import View
from service.types import Report
from tests.formats.reports import REPORT, SOME, names, reports, with_segments


def test_names_and_extensions() -> None:
    assert {name: entry.extension for name, entry in FORMATS.items()} == {
        "json": "json",
        "ndjson": "ndjson",
        "csv": "csv",
        "audacity": "txt",
        "rttm": "rttm",
        "textgrid": "TextGrid",
        "vtt": "vtt",
    }
    assert all(entry.name == name for name, entry in FORMATS.items())


def test_every_name_has_its_format() -> None:
    assert get_args(FormatName) == tuple(FORMATS)


@SOME
@given(reports(), names)
def test_every_format_can_be_encoded_and_ends_in_a_newline(report: Report, name: str) -> None:
    for entry in FORMATS.values():
        text = entry.write(report, name + "\udcff", View())
        assert text.encode() == b"" or text.endswith("\n")
        assert "\x00" not in text or entry.name == "csv"


@pytest.mark.parametrize("form", FORMATS.values(), ids=list(FORMATS))
def test_no_segments_is_no_error(form: Format) -> None:
    assert isinstance(form.write(with_segments(), "a.mp3", View()), str)


@pytest.mark.parametrize("name", ["audacity", "rttm", "textgrid", "vtt"])
def test_label_formats_show_the_segments_whatever_the_view(name: FormatName) -> None:
    write = FORMATS[name].write
    assert write(REPORT, "a.mp3", View("summary", top_k=1)) == write(REPORT, "a.mp3", View())
