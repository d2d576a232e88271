import json

import pytest
from hypothesis import given

from service.formats import json_text
from service.formats.document import View, document
from service.types import Report
from tests.formats.reports import REPORT, SOME, names, reports


@SOME
@given(reports(), names)
def test_reads_back_as_the_document(report: Report, name: str) -> None:
    text = json_text.write(report, name, View())
    assert json.loads(text) == document(report, View())
    assert list(json.loads(text)) == list(document(report, View()))


def test_every_member_and_every_chunk_has_a_line() -> None:
    lines = json_text.write(REPORT, "a.mp3", View()).split("\n")
    assert lines[0] == "{"
    assert lines[-2:] == ["}", ""]
    assert '  "gate": {"music": 0.93, "speech": 0.04},' in lines
    assert '    {"start": 3.0, "end": 6.5, "gate": null, "genre": null, "scene": null}' in lines


@pytest.mark.parametrize("count", [0, 1, 10_000, 10_001, 25_000])
def test_a_long_row_of_numbers_is_one_line(count: int) -> None:
    value = {"a": [i / 1000 for i in range(count)], "b": {"c": [1]}}
    assert json_text.object_line(value) == json_text.dump(value)
    assert json_text.layout({"x": value}) == f'{{\n  "x": {json_text.dump(value)}\n}}\n'


def test_text_stays_readable_and_encodable() -> None:
    assert json_text.dump("é\udcff\x85\u2028") == '"é\N{REPLACEMENT CHARACTER}\\u0085\\u2028"'
