"""Answers that come back as anybody may have written them: what is wrong is named, with its place."""

import json
import math
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import TooManyChunks, UnsuitableAnswer
from service.formats.document import View, document
from service.formats.json_text import layout
from service.http import given_answer
from service.http.given_answer import GivenParts, read_given
from service.http.openapi import GIVEN_EXAMPLE, GivenAnswer
from service.types import Peaks, Report, Scores
from tests.formats.reports import REPORT, reports

Document = dict[str, Any]
MAX_CHUNKS, MAX_SECONDS = 50, 10.0


def read(answer: Any) -> GivenParts:
    return read_given(json.dumps(answer), MAX_CHUNKS, MAX_SECONDS)


def example() -> Document:
    changed: Document = json.loads(json.dumps(GIVEN_EXAMPLE))
    return changed


@settings(max_examples=30)
@given(reports())
def test_what_was_written_is_read(report: Report) -> None:
    whole = document(report, View("steps"))
    if not report.chunks:
        return
    parts = read_given(layout({"file": "a/b\nc.mp3", **whole}), MAX_CHUNKS, MAX_SECONDS)
    assert (parts.name, parts.id, parts.models) == ("b c.mp3", whole["id"], whole["models"])
    assert parts.audio.duration_seconds == whole["audio"]["duration_seconds"]
    assert list(parts.audio.warnings) == whole["audio"]["warnings"]
    assert [c.branches for c in parts.chunks] == [{name: c[name] for name in report.branches} for c in whole["chunks"]]
    assert [(c.start, c.end, c.gate) for c in parts.chunks] == [
        (c["start"], c["end"], c["gate"]) for c in whole["chunks"]
    ]
    assert [tag_list(c.tags) for c in parts.chunks] == [c.get("tags") for c in whole["chunks"]]
    assert (parts.steps is None) == ("steps" not in whole)
    if parts.steps:
        for label, values in parts.steps.probabilities.items():
            said = [None if math.isnan(value) else value for value in values.tolist()]
            assert said == pytest.approx(whole["steps"]["probabilities"][label])


def tag_list(tags: Scores | None) -> list[dict[str, str | float]] | None:
    return None if tags is None else [{"label": label, "probability": p} for label, p in tags.items()]


def test_steps_are_kept() -> None:
    parts = read(
        {**example(), "steps": {"probabilities": {"a": [0.5, None], "b": []}, "step_seconds": 0.2, "start": 3}}
    )
    assert parts.steps is not None
    assert (parts.steps.start, parts.steps.step_seconds) == (3, 0.2)
    np.testing.assert_array_equal(parts.steps.probabilities["a"], np.array([0.5, np.nan], np.float32))
    assert parts.steps.probabilities["b"].shape == (0,)
    assert read({**example(), "steps": None}).steps is None
    assert read(example()).steps is None
    long = [0.5, None] * 490
    given_long = read({**example(), "steps": {"start": 0, "step_seconds": 0.2, "probabilities": {"a": long}}}).steps
    assert given_long is not None
    assert len(given_long.probabilities["a"]) == 980


def test_peaks_are_kept() -> None:
    values = [0.5, 0.0, 1.0, 0.123]
    parts = read({**example(), "peaks": {"per_second": 20, "values": values}})
    assert parts.peaks is not None
    assert parts.peaks.per_second == 20
    assert list(parts.peaks.values) == pytest.approx(values)
    assert read({**example(), "peaks": {"values": [], "per_second": 1}}).peaks == Peaks(1, parts.peaks.values[:0])
    assert read({**example(), "peaks": None}).peaks is None
    assert read(example()).peaks is None


def changed(*path: str | int, value: Any) -> Callable[[Document], None]:
    def change(answer: Document) -> None:
        inner: Any = answer
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value

    return change


def without(*path: str | int) -> Callable[[Document], None]:
    def change(answer: Document) -> None:
        inner: Any = answer
        for step in path[:-1]:
            inner = inner[step]
        del inner[path[-1]]

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without("id"), ["id is missing"]),
        (without("chunks"), ["chunks is missing", "detail=chunks"]),
        (without("audio", "codec"), ["audio.codec", "required"]),
        (changed("id", value=7), ["id", "string", "it is 7"]),
        (changed("id", value="\ud800"), ["JSON", "Unicode"]),
        (changed("audio", "sample_rate", value="44100"), ["audio.sample_rate", "'44100'"]),
        (changed("audio", "duration_seconds", value=1e300), ["audio.duration_seconds", "1e+300"]),
        (changed("audio", "extra", value=1), ["audio.extra"]),
        (changed("chunks", 1, "start", value=None), ["chunks.1.start", "None"]),
        (changed("chunks", 0, "gate", "music", value=1.5), ["chunks.0.gate.music", "less than or equal to 1", "1.5"]),
        (changed("chunks", 0, "gate", "music", value=-0.1), ["chunks.0.gate.music", "-0.1"]),
        (changed("chunks", 0, "gate", "music", value=True), ["chunks.0.gate.music", "True"]),
        (changed("chunks", 0, "genre", value={"rock": "much"}), ["chunks.0.genre.rock", "much"]),
        (changed("chunks", 0, value=[1]), ["chunks.0"]),
        (changed("peaks", value=[0.5]), ["peaks"]),
        (changed("peaks", value={"per_second": 20}), ["peaks.values", "required"]),
        (changed("peaks", value={"per_second": 0, "values": []}), ["peaks.per_second", "it is 0"]),
        (changed("peaks", value={"per_second": 1, "values": [0.5] * 40_000}), ["peaks.values", "1001 values"]),
        (changed("peaks", value={"per_second": 1, "values": [0.5, 2]}), ["peaks.values.1", "it is 2"]),
        (changed("peaks", value={"per_second": 1, "values": [0.5, [1]]}), ["JSON", "list of numbers"]),
        (changed("peaks", value={"per_second": 1, "values": [], "x": 1}), ["peaks.x"]),
        (changed("steps", value=[0.5]), ["steps"]),
        (changed("steps", value={"start": 0, "step_seconds": 0.2}), ["steps.probabilities", "required"]),
        (changed("steps", value={"start": 0, "probabilities": {}}), ["steps.step_seconds", "required"]),
        (changed("steps", value={"start": 0, "step_seconds": 0, "probabilities": {}}), ["steps.step_seconds", "is 0"]),
        (changed("steps", value={"start": 0, "step_seconds": 1, "probabilities": [1]}), ["steps.probabilities"]),
        (changed("steps", value={"probabilities": {"music": [0.5, 2]}}), ["steps.probabilities.music.1", "it is 2"]),
        (changed("steps", value={"probabilities": {"music": ["a"]}}), ["steps.probabilities.music.0"]),
        (changed("steps", value={"probabilities": {"music": 0.5}}), ["JSON"]),
        (changed("steps", value={"probabilities": {"music": [0.5] * 2_000}}), ["music", "1001 values"]),
        (changed("chunks", 0, "tags", value=["Dog"]), ["chunks.0.tags.0"]),
        (changed("chunks", 0, "tags", value=[{"label": "Dog"}]), ["chunks.0.tags.0.probability", "required"]),
        (changed("chunks", 0, "tags", value=[{"label": "Dog", "probability": 0.5}] * 2), ["chunks.0.tags", "twice"]),
        (changed("tags", value=[{"label": "Dog", "probability": 7}]), ["tags.0.probability", "7"]),
        (changed("shares", value={"music": 1.5}), ["shares.music", "1.5"]),
        (changed("segments", value=[{"start": 0}]), ["segments.0.end"]),
        (changed("joint", value=[1]), ["joint.0"]),
        (changed("genre", value=3), ["genre"]),
        (changed("birds", value={"seconds": 0, "probabilities": None}), ["birds is no member", "models"]),
    ],
)
def test_what_is_wrong_is_named_with_its_place(change: Callable[[Document], None], words: list[str]) -> None:
    answer = example()
    change(answer)
    with pytest.raises(UnsuitableAnswer) as caught:
        read(answer)
    for word in words:
        assert word in caught.value.detail
    assert len(caught.value.detail) < 250


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1, column 1: { was expected"),
        ('{"id": "a", "id": "b"}', "id is there twice"),
        ('{"peaks": {"values": [], "values": []}}', "peaks.values is there twice"),
        ('{"steps": {"start": 0, "start": 1}}', "steps.start is there twice"),
        ('{"steps": {"probabilities": {"a": [], "a": []}}}', "steps.probabilities.a is there twice"),
        ('{"steps": {"probabilities": {"a": [NaN]}}}', "steps.probabilities.a.0"),
        ('{"audio": {"duration_seconds": NaN}}', "JSON"),
        ('{"label": 1e999}', "label"),
        (json.dumps(GIVEN_EXAMPLE) + "{}", "the end was expected"),
    ],
)
def test_what_is_no_such_json(text: str, words: str) -> None:
    with pytest.raises(UnsuitableAnswer, match=words):
        read_given(text, MAX_CHUNKS, MAX_SECONDS)


def test_chunks_are_counted_while_they_are_read() -> None:
    with pytest.raises(TooManyChunks, match="more than 50 chunks"):
        read({**example(), "chunks": example()["chunks"][:1] * 51})
    assert len(read({**example(), "chunks": example()["chunks"][:1] * 50}).chunks) == 50


def test_the_reader_knows_every_member_of_the_schema() -> None:
    known = {*given_answer._WHOLE, *given_answer._ITEMS, "chunks", "peaks", "steps"}
    assert known == set(GivenAnswer.model_fields)
    assert set(document(REPORT, View())) - set(REPORT.branches) <= known


@settings(max_examples=100)
@given(st.data())
def test_a_damaged_answer_is_read_or_refused(data: st.DataObject) -> None:
    steps = {"start": 0, "step_seconds": 0.2, "probabilities": {"music": [0.5, None]}}
    text = layout({**example(), "steps": steps, "peaks": {"per_second": 20, "values": [0.5, 0.25]}})
    start = data.draw(st.integers(0, len(text)))
    damaged = text[:start] + data.draw(st.sampled_from(["", "9", '"', "]", "{", ",", "null"])) + text[start + 1 :]
    with suppress(UnsuitableAnswer):
        read_given(damaged, MAX_CHUNKS, MAX_SECONDS)
