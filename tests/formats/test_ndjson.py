import json

import pytest
from hypothesis import given

from service.errors import EmptyFile
from service.formats import ndjson
from service.formats.document import Detail, View, document
from service.types import Report
from tests.formats.reports import REPORT, SOME, names, reports


@SOME
@given(reports(), names)
def test_chunks_come_first_and_the_report_last(report: Report, name: str) -> None:
    text = ndjson.write(report, name, View(top_k=2))
    *chunks, last = [json.loads(line) for line in text.splitlines()]
    whole = document(report, View(top_k=2))
    assert text.endswith("\n")
    assert [line["chunk"] for line in chunks] == whole.pop("chunks")
    assert last == {"file": name, **whole}
    assert {line["file"] for line in [*chunks, last]} == {name}


@SOME
@given(reports())
def test_the_steps_of_all_lines_are_those_of_the_whole(report: Report) -> None:
    lines = [json.loads(line) for line in ndjson.write(report, "a", View("steps")).splitlines()]
    whole = document(report, View("steps"))
    assert [line["chunk"] for line in lines[:-1]] == whole["chunks"]
    if "steps" not in whole:
        assert all("steps" not in line for line in lines)
        return
    for label, values in whole["steps"]["probabilities"].items():
        assert [value for line in lines for value in line["steps"]["probabilities"][label]] == values


@pytest.mark.parametrize(("detail", "keys"), [("segments", {"segments"}), ("summary", set())])
def test_less_detail_is_one_line(detail: Detail, keys: set[str]) -> None:
    [line] = ndjson.write(REPORT, "a.mp3", View(detail)).splitlines()
    assert json.loads(line).keys() & {"chunk", "chunks", "segments"} == keys


def test_an_error_takes_the_place_of_the_report() -> None:
    problem = EmptyFile("a.mp3 has 0 bytes").problem()
    line = ndjson.error_line("a.mp3", problem)
    assert line.endswith("}\n")
    assert json.loads(line) == {"file": "a.mp3", "error": problem}
