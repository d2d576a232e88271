import pytest
from hypothesis import given

from service.errors import InvalidOption
from service.formats.catalogue import FORMATS, find
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


def test_find_knows_every_format() -> None:
    assert [find(name).name for name in FORMATS] == list(FORMATS)


def test_an_unknown_format_is_refused_with_the_choice() -> None:
    with pytest.raises(InvalidOption) as refused:
        find("xml")
    assert "'xml'" in refused.value.detail
    assert all(name in refused.value.detail for name in FORMATS)


@SOME
@given(reports(), names)
def test_every_format_can_be_encoded_and_ends_in_a_newline(report: Report, name: str) -> None:
    for entry in FORMATS.values():
        text = entry.write(report, name + "\udcff", View())
        assert text.encode() == b"" or text.endswith("\n")
        assert "\x00" not in text or entry.name == "csv"


@pytest.mark.parametrize("name", FORMATS)
def test_no_segments_is_no_error(name: str) -> None:
    assert isinstance(FORMATS[name].write(with_segments(), "a.mp3", View()), str)


@pytest.mark.parametrize("name", ["audacity", "rttm", "textgrid", "vtt"])
def test_label_formats_show_the_segments_whatever_the_view(name: str) -> None:
    write = FORMATS[name].write
    assert write(REPORT, "a.mp3", View("summary", top_k=1)) == write(REPORT, "a.mp3", View())
