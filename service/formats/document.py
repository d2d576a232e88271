"""The answer as plain dicts, lists and numbers, in the shape that the JSON has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from service.errors import InvalidOption
from service.formats.rounding import to_millionths, to_milliseconds, to_thousandths
from service.types import AudioInfo, BranchAverage, Chunk, JointLabel, Peaks, Report, Scores, Segment

Detail = Literal["summary", "segments", "chunks"]
DETAILS: tuple[str, ...] = get_args(Detail)


@dataclass(frozen=True, slots=True)
class View:
    """How much of a report to show. `top_k` keeps that many labels of each branch and of joint; None keeps all."""

    detail: Detail = "chunks"
    top_k: int | None = None

    def __post_init__(self) -> None:
        if self.detail not in DETAILS:
            raise InvalidOption(f"detail is {self.detail!r:.40}, but must be one of: {', '.join(DETAILS)}")
        if self.top_k is not None and self.top_k < 1:
            raise InvalidOption(f"top_k is {self.top_k}, but must be at least 1; leave it out to get every label")

    def keep(self, scores: Scores) -> Scores:
        """The `top_k` most probable labels, the best first; all of them, in the model's order, without a `top_k`."""
        if self.top_k is None:
            return scores
        return dict(sorted(scores.items(), key=lambda item: -item[1])[: self.top_k])

    def keep_joint(self, joint: tuple[JointLabel, ...]) -> tuple[JointLabel, ...]:
        if self.top_k is None:
            return joint
        return tuple(sorted(joint, key=lambda item: -item.probability)[: self.top_k])


def document(report: Report, view: View) -> dict[str, Any]:
    """The whole answer. Times are seconds to the millisecond, probabilities have six decimals."""
    answer: dict[str, Any] = {
        "id": report.id,
        "audio": _audio(report.audio),
        **({"peaks": _peaks(report.peaks)} if report.peaks else {}),
        "models": dict(report.models),
        "label": report.label,
        "gate": _scores(report.gate),
        **{name: _average(average, view) for name, average in report.branches.items()},
        "joint": [
            {"label": joint.label, "probability": to_millionths(joint.probability)}
            for joint in view.keep_joint(report.joint)
        ],
    }
    if view.detail != "summary":
        answer["segments"] = [_segment(segment) for segment in report.segments]
    if view.detail == "chunks":
        answer["chunks"] = [chunk_document(chunk, view) for chunk in report.chunks]
    return answer


def chunk_document(chunk: Chunk, view: View) -> dict[str, Any]:
    """One chunk of the answer, for callers that send chunks as they come."""
    return {
        "start": to_milliseconds(chunk.start),
        "end": to_milliseconds(chunk.end),
        "gate": _scores(chunk.gate),
        **{name: _kept(scores, view) for name, scores in chunk.branches.items()},
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


def _segment(segment: Segment) -> dict[str, Any]:
    return {
        "start": to_milliseconds(segment.start),
        "end": to_milliseconds(segment.end),
        "label": segment.label,
        "detail": segment.detail,
        "probability": to_millionths(segment.probability),
    }


def _kept(scores: Scores | None, view: View) -> Mapping[str, float] | None:
    return None if scores is None else _scores(view.keep(scores))


def _scores(scores: Scores | None) -> Mapping[str, float] | None:
    return None if scores is None else {label: to_millionths(score) for label, score in scores.items()}
