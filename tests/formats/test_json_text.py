import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.formats import json_text
from service.formats.document import Detail, View, document
from service.types import Report
from tests.formats.reports import REPORT, SOME, STEPPED, names, reports


@SOME
@given(reports(), names, st.sampled_from(["chunks", "steps"]))
def test_reads_back_as_the_document(report: Report, name: str, detail: Detail) -> None:
    text = json_text.write(report, name, View(detail))
    assert json.loads(text) == document(report, View(detail))
    assert list(json.loads(text)) == list(document(report, View(detail)))


def test_every_member_and_every_chunk_has_a_line() -> None:
    lines = json_text.write(REPORT, "a.mp3", View()).split("\n")
    assert lines[0] == "{"
    assert lines[-2:] == ["}", ""]
    assert '  "gate": {"music": 0.93, "speech": 0.04},' in lines
    assert '    {"start": 3.0, "end": 6.5, "gate": null, "genre": null, "scene": null}' in lines


@pytest.mark.parametrize("count", [0, 1, 10_000, 10_001, 25_000])
def test_a_long_row_of_numbers_is_one_line(count: int) -> None:
    numbers = [i / 1000 for i in range(count)]
    value = {"a": numbers, "b": {"c": [1]}, "d": {"e": {"f": [None, *numbers], "g": "h"}, "i": {}}}
    assert json_text.object_line(value) == json_text.dump(value)
    assert json_text.layout({"x": value}) == f'{{\n  "x": {json_text.dump(value)}\n}}\n'


def test_steps_have_a_line() -> None:
    lines = json_text.write(STEPPED, "a.mp3", View("steps")).split("\n")
    [line] = [line for line in lines if line.startswith('  "steps": {"start": 0.0, "step_seconds": 1.0')]
    assert '"music": [0.9, 0.123457, 1.0, null, null, null, null]' in line


def test_text_stays_readable_and_encodable() -> None:
    assert json_text.dump("é\udcff\x85\u2028") == '"é\N{REPLACEMENT CHARACTER}\\u0085\\u2028"'
