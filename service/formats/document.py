"""The answer as plain dicts, lists and numbers, in the shape that the JSON has."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from service.errors import InvalidOption
from service.formats.rounding import to_millionths, to_milliseconds, to_thousandths
from service.types import AudioInfo, BranchAverage, Chunk, LabelProbability, Peaks, Report, Scores, Segment

if TYPE_CHECKING:  # a process that only passes answers on does without NumPy
    import numpy as np
    from numpy.typing import NDArray

Detail = Literal["summary", "segments", "chunks", "steps"]
DETAILS: tuple[str, ...] = get_args(Detail)
DEFAULT_TAGS = 10
"""How many tags are shown where no `top_k` says it: there are hundreds."""


@dataclass(frozen=True, slots=True)
class View:
    """How much of a report to show. `top_k` keeps that many labels of each branch, of joint and of the tags; None keeps
    all, but of the tags ten."""

    detail: Detail = "chunks"
    top_k: int | None = None

    def __post_init__(self) -> None:
        if self.detail not in DETAILS:
            raise InvalidOption(f"detail is {self.detail!r:.40}, but must be one of: {', '.join(DETAILS)}")
        if self.top_k is not None and self.top_k < 1:
            raise InvalidOption(f"top_k is {self.top_k}, but must be at least 1; leave it out to get every label")

    @property
    def shows_chunks(self) -> bool:
        return self.detail in ("chunks", "steps")

    def keep(self, scores: Scores) -> Scores:
        """The `top_k` most probable labels, the best first; all of them, in the model's order, without a `top_k`."""
        if self.top_k is None:
            return scores
        return dict(sorted(scores.items(), key=lambda item: -item[1])[: self.top_k])

    def keep_joint(self, joint: tuple[LabelProbability, ...]) -> tuple[LabelProbability, ...]:
        if self.top_k is None:
            return joint
        return tuple(sorted(joint, key=lambda item: -item.probability)[: self.top_k])

    def keep_tags(self, tags: Sequence[LabelProbability]) -> Sequence[LabelProbability]:
        """The best ones; they come best first."""
        return tags[: DEFAULT_TAGS if self.top_k is None else self.top_k]


def document(report: Report, view: View) -> dict[str, Any]:
    """The whole answer. Times are seconds to the millisecond, probabilities have six decimals."""
    has_tags = report.tags is not None
    answer: dict[str, Any] = {
        "id": report.id,
        "audio": _audio(report.audio),
        **({"peaks": _peaks(report.peaks)} if report.peaks else {}),
        "models": dict(report.models),
        "label": report.label,
        "shares": _scores(report.shares),
        "gate": _scores(report.gate),
        **{name: _average(average, view) for name, average in report.branches.items()},
        **({"tags": _ranked(view.keep_tags(report.tags))} if report.tags is not None else {}),
        "joint": _ranked(view.keep_joint(report.joint)),
    }
    if view.detail != "summary":
        answer["segments"] = [_segment(segment, has_tags=has_tags) for segment in report.segments]
    if view.detail == "steps" and report.steps is not None:
        track = report.steps
        answer["steps"] = steps_document(track.start, track.step_seconds, track.labels, track.values)
    if view.shows_chunks:
        answer["chunks"] = [chunk_document(chunk, view, has_tags=has_tags) for chunk in report.chunks]
    return answer


def chunk_document(chunk: Chunk, view: View, *, has_tags: bool = False) -> dict[str, Any]:
    """One chunk of the answer, for callers that send chunks as they come; `has_tags` if its cascade has a tagger."""
    entry: dict[str, Any] = {
        "start": to_milliseconds(chunk.start),
        "end": to_milliseconds(chunk.end),
        "gate": _scores(chunk.gate),
        **{name: _kept(scores, view) for name, scores in chunk.branches.items()},
    }
    if has_tags:
        tags = None if chunk.tags is None else [LabelProbability(*item) for item in chunk.tags.items()]
        entry["tags"] = None if tags is None else _ranked(view.keep_tags(tags))
    return entry


def steps_document(
    start: float, step_seconds: float, labels: Sequence[str], values: "NDArray[np.float32]"
) -> dict[str, Any]:
    """`values` float32 (steps, labels) from `start` on, NaN where silent: null there."""
    probabilities = {
        label: [None if math.isnan(value) else to_millionths(value) for value in values[:, column].tolist()]
        for column, label in enumerate(labels)
    }
    return {
        "start": to_milliseconds(start),
        "step_seconds": to_millionths(step_seconds),
        "probabilities": probabilities,
    }


def _audio(audio: AudioInfo) -> dict[str, Any]:
    return {
        "container": audio.container,
        "codec": audio.codec,
        "sample_rate": audio.sample_rate,
        "channels": audio.channels,
        "duration_seconds": to_milliseconds(audio.duration_seconds),
        "silence_ratio": to_millionths(audio.silence_ratio),
        "clipping_ratio": to_millionths(audio.clipping_ratio),
        "warnings": list(audio.warnings),
    }


def _peaks(peaks: Peaks) -> dict[str, Any]:
    return {"per_second": peaks.per_second, "values": [to_thousandths(value) for value in peaks.values]}


def _average(average: BranchAverage, view: View) -> dict[str, Any]:
    return {"seconds": to_milliseconds(average.seconds), "probabilities": _kept(average.probabilities, view)}


def _segment(segment: Segment, *, has_tags: bool) -> dict[str, Any]:
    return {
        "start": to_milliseconds(segment.start),
        "end": to_milliseconds(segment.end),
        "label": segment.label,
        "detail": segment.detail,
        "probability": to_millionths(segment.probability),
        **({"tags": _ranked(segment.tags or ())} if has_tags else {}),
    }


def _ranked(items: Sequence[LabelProbability]) -> list[dict[str, Any]]:
    return [{"label": item.label, "probability": to_millionths(item.probability)} for item in items]


def _kept(scores: Scores | None, view: View) -> Mapping[str, float] | None:
    return None if scores is None else _scores(view.keep(scores))


def _scores(scores: Scores | None) -> Mapping[str, float] | None:
    return None if scores is None else {label: to_millionths(score) for label, score in scores.items()}
