"""The shape and the numbers of the answer."""

from array import array
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidOption
from service.formats.document import Detail, View, chunk_document, document
from service.types import Peaks, Report
from tests.formats.reports import PROBABILITY_ERROR, REPORT, SOME, TIME_ERROR, reports

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


@pytest.mark.parametrize("detail", ["summary", "segments", "chunks"])
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
    assert [chunk_document(chunk, View(top_k=1)) for chunk in REPORT.chunks] == document(REPORT, View(top_k=1))[
        "chunks"
    ]


@pytest.mark.parametrize("top_k", [0, -3])
def test_top_k_below_one_is_refused_with_limit_and_value(top_k: int) -> None:
    with pytest.raises(InvalidOption) as refused:
        View(top_k=top_k)
    assert str(top_k) in refused.value.detail
    assert "at least 1" in refused.value.detail


def test_an_unknown_detail_is_refused_with_the_choice() -> None:
    with pytest.raises(InvalidOption, match=r"'all'.*summary, segments, chunks"):
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
