"""The shape and the numbers of the answer."""

import math
from array import array
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidOption
from service.formats.document import Detail, View, chunk_document, document, steps_document
from service.types import LabelProbability, Peaks, Report
from tests.formats.reports import PROBABILITY_ERROR, REPORT, SOME, STEPPED, TIME_ERROR, reports

WHOLE: dict[str, Any] = {
    "id": "a1",
    "audio": {
        "container": "mp3",
        "codec": "mp3",
        "sample_rate": 44100,
        "channels": 2,
        "duration_seconds": 6.5,
        "silence_ratio": 0.123457,
        "clipping_ratio": 0.0,
        "warnings": ["cut short"],
    },
    "models": {"gate": "gate@1.0.0", "genre": "genre@1.0.0", "scene": "scene@1.0.0"},
    "label": "music/metal",
    "shares": {"music": 0.461515, "speech": 0.0, "both": 0.0, "neither": 0.0, "silent": 0.538485},
    "gate": {"music": 0.93, "speech": 0.04},
    "genre": {"seconds": 3.0, "probabilities": {"rock": 0.25, "metal": 0.61, "jazz": 0.14}},
    "scene": {"seconds": 0.0, "probabilities": None},
    "joint": [
        {"label": "music/metal", "probability": 0.5673},
        {"label": "music/rock", "probability": 0.2325},
        {"label": "speech", "probability": 0.04},
    ],
    "segments": [
        {"start": 0.0, "end": 3.0, "label": "music", "detail": "metal", "probability": 0.93},
        {"start": 3.0, "end": 6.5, "label": "silence", "detail": None, "probability": 1.0},
    ],
    "chunks": [
        {
            "start": 0.0,
            "end": 3.0,
            "gate": {"music": 0.93, "speech": 0.04},
            "genre": {"rock": 0.25, "metal": 0.61, "jazz": 0.14},
            "scene": None,
        },
        {"start": 3.0, "end": 6.5, "gate": None, "genre": None, "scene": None},
    ],
}


def test_the_whole_answer() -> None:
    answer = document(REPORT, View())
    assert answer == WHOLE
    assert list(answer) == list(WHOLE)


def test_an_answer_with_tags_and_steps_only_adds_to_it() -> None:
    answer = document(STEPPED, View("steps"))
    assert list(answer) == [
        *("id", "audio", "models", "label", "shares", "gate", "genre", "scene", "tags"),
        *("joint", "segments", "steps", "chunks"),
    ]
    assert answer.pop("tags") == [{"label": "Music", "probability": 0.812346}, {"label": "Guitar", "probability": 0.4}]
    assert answer.pop("steps") == {
        "start": 0.0,
        "step_seconds": 1.0,
        "probabilities": {
            "music": [0.9, 0.123457, 1.0, None, None, None, None],
            "speech": [0.1, 0.2, 0.0, None, None, None, None],
        },
    }
    assert [list(chunk) for chunk in answer["chunks"]] == [["start", "end", "gate", "genre", "scene", "tags"]] * 2
    assert [chunk.pop("tags") for chunk in answer["chunks"]] == [
        [{"label": "Music", "probability": 0.812346}, {"label": "Guitar", "probability": 0.4}],
        None,
    ]
    assert [segment.pop("tags") for segment in answer["segments"]] == [
        [{"label": "Music", "probability": 0.812346}],
        [],
    ]
    assert answer["models"].pop("tags") == "tags@2.0.0"
    assert answer == WHOLE


def test_without_steps_the_detail_of_steps_is_that_of_chunks() -> None:
    assert document(REPORT, View("steps")) == document(REPORT, View("chunks"))
    assert "steps" not in document(STEPPED, View("chunks"))


def test_a_step_of_three_nineteenths_has_six_decimals() -> None:
    shown = steps_document(1.23456, 3 / 19, ("music",), np.array([[0.5]], dtype=np.float32))
    assert shown == {"start": 1.235, "step_seconds": 0.157895, "probabilities": {"music": [0.5]}}


def test_ten_tags_are_shown_or_as_many_as_top_k_says() -> None:
    many = {f"tag {number}": 1 - number / 100 for number in range(12)}
    report = replace(
        STEPPED,
        tags=tuple(LabelProbability(*item) for item in many.items()),
        chunks=(replace(STEPPED.chunks[0], tags=many),),
    )
    for top_k, count in ((None, 10), (2, 2), (100, 12)):
        answer = document(report, View(top_k=top_k))
        assert [tag["label"] for tag in answer["tags"]] == list(many)[:count]
        assert [tag["label"] for tag in answer["chunks"][0]["tags"]] == list(many)[:count]


@pytest.mark.parametrize("detail", ["summary", "segments", "chunks", "steps"])
def test_peaks_follow_the_audio(detail: Detail) -> None:
    peaks = Peaks(20, array("f", [0.1234, 0.9996, 0.0]))
    answer = document(replace(REPORT, peaks=peaks), View(detail))
    assert list(answer)[:3] == ["id", "audio", "peaks"]
    assert answer.pop("peaks") == {"per_second": 20, "values": [0.123, 1.0, 0.0]}
    assert answer == document(REPORT, View(detail))


@pytest.mark.parametrize(("detail", "left_out"), [("summary", {"segments", "chunks"}), ("segments", {"chunks"})])
def test_detail_leaves_out_what_is_longer(detail: Detail, left_out: set[str]) -> None:
    assert document(REPORT, View(detail)) == {key: value for key, value in WHOLE.items() if key not in left_out}


def test_top_k_keeps_the_most_probable_first_and_the_gate_whole() -> None:
    answer = document(REPORT, View(top_k=2))
    assert list(answer["genre"]["probabilities"].items()) == [("metal", 0.61), ("rock", 0.25)]
    assert list(answer["chunks"][0]["genre"]) == ["metal", "rock"]
    assert [joint["label"] for joint in answer["joint"]] == ["music/metal", "music/rock"]
    assert document(REPORT, View(top_k=1))["gate"] == WHOLE["gate"]
    assert document(REPORT, View(top_k=1))["chunks"][0]["gate"] == WHOLE["gate"]


def test_a_chunk_alone_reads_as_in_the_whole() -> None:
    whole = document(REPORT, View(top_k=1))
    assert [chunk_document(chunk, View(top_k=1)) for chunk in REPORT.chunks] == whole["chunks"]
    whole = document(STEPPED, View())
    assert [chunk_document(chunk, View(), has_tags=True) for chunk in STEPPED.chunks] == whole["chunks"]


@pytest.mark.parametrize("top_k", [0, -3])
def test_top_k_below_one_is_refused_with_limit_and_value(top_k: int) -> None:
    with pytest.raises(InvalidOption) as refused:
        View(top_k=top_k)
    assert str(top_k) in refused.value.detail
    assert "at least 1" in refused.value.detail


def test_an_unknown_detail_is_refused_with_the_choice() -> None:
    with pytest.raises(InvalidOption, match=r"'all'.*summary, segments, chunks, steps"):
        View(detail="all")  # type: ignore[arg-type]


@SOME
@given(reports(), st.none() | st.integers(1, 5))
def test_numbers_are_the_reports_own(report: Report, top_k: int | None) -> None:
    answer = document(report, View(top_k=top_k))
    for branch, average in report.branches.items():
        shown = answer[branch]["probabilities"]
        if average.probabilities is None:
            assert shown is None
            continue
        assert len(shown) == min(len(average.probabilities), top_k or len(average.probabilities))
        for label, probability in shown.items():
            assert abs(probability - average.probabilities[label]) < PROBABILITY_ERROR
        hidden = [value for label, value in average.probabilities.items() if label not in shown]
        assert not hidden or max(hidden) <= min(average.probabilities[label] for label in shown)
    for shown, segment in zip(answer["segments"], report.segments, strict=True):
        assert abs(shown["start"] - segment.start) < TIME_ERROR
        assert abs(shown["end"] - segment.end) < TIME_ERROR
        assert (shown["label"], shown["detail"]) == (segment.label, segment.detail)
    if report.tags is not None:
        assert [tag["label"] for tag in answer["tags"]] == [tag.label for tag in report.tags][: top_k or 10]
    assert list(answer["shares"]) == list(report.shares)
    assert all(abs(answer["shares"][name] - share) < PROBABILITY_ERROR for name, share in report.shares.items())


@SOME
@given(reports())
def test_every_step_is_there_and_silence_is_null(report: Report) -> None:
    answer = document(report, View("steps"))
    if report.steps is None:
        assert "steps" not in answer
        return
    for column, label in enumerate(report.steps.labels):
        for shown, value in zip(
            answer["steps"]["probabilities"][label], report.steps.values[:, column].tolist(), strict=True
        ):
            assert (shown is None) is math.isnan(value)
            assert shown is None or abs(shown - value) < PROBABILITY_ERROR
