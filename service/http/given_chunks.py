"""Chunks that come back with an answer, held to what chunks of this service are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.errors import UnsuitableAnswer
from service.grid import REST_SECONDS
from service.inference.lineup import Lineup
from service.options import MIN_HOP_SECONDS
from service.types import Chunk, Scores

_SLACK_SECONDS = 0.002
"""Times are written to the millisecond, and hops may be thirds."""


@dataclass(frozen=True, slots=True)
class GivenChunks:
    chunks: tuple[Chunk, ...]
    """Branches and labels in the order of the lineup."""
    hop_seconds: float


def check_chunks(chunks: Sequence[Chunk], lineup: Lineup) -> GivenChunks:
    """Raises UnsuitableAnswer with the place and the reason."""
    if not chunks:
        raise UnsuitableAnswer("chunks is empty; every sound has at least one.")
    chunk_seconds = lineup.decisions.chunk_seconds
    hop_seconds = _hop_seconds(chunks, chunk_seconds)
    for number, chunk in enumerate(chunks):
        _check_start(chunk, f"chunks.{number}", chunks[0].start + number * hop_seconds, hop_seconds)
    for number, chunk in enumerate(chunks[:-1]):
        if not abs(chunk.seconds - chunk_seconds) <= _SLACK_SECONDS:
            raise UnsuitableAnswer(
                f"chunks.{number} lasts {chunk.seconds:.3f} s; all but the last one last {chunk_seconds:g} s."
            )
    _check_end(chunks, chunk_seconds)
    return GivenChunks(tuple(_in_order(chunk, f"chunks.{n}", lineup) for n, chunk in enumerate(chunks)), hop_seconds)


def _hop_seconds(chunks: Sequence[Chunk], chunk_seconds: float) -> float:
    """One chunk alone has none; the length of a chunk, by which no gap is left, does as well."""
    if len(chunks) == 1:
        return chunk_seconds
    hop_seconds = (chunks[-1].start - chunks[0].start) / (len(chunks) - 1)
    if not MIN_HOP_SECONDS - _SLACK_SECONDS <= hop_seconds <= chunk_seconds + _SLACK_SECONDS:
        raise UnsuitableAnswer(
            f"chunks start every {hop_seconds:.3f} s on average; "
            f"{MIN_HOP_SECONDS:g} to {chunk_seconds:g} s (one chunk) are possible."
        )
    return hop_seconds


def _check_start(chunk: Chunk, place: str, expected: float, hop_seconds: float) -> None:
    if not abs(chunk.start - expected) <= _SLACK_SECONDS:
        raise UnsuitableAnswer(
            f"{place}.start is {chunk.start:g}; by the first and the last one, chunks start every {hop_seconds:g} s, "
            f"and this one at {expected:g}. They must be complete, and in order."
        )


def _check_end(chunks: Sequence[Chunk], chunk_seconds: float) -> None:
    """The last chunk ends with the sound: it takes a rest that is too short for a chunk of its own."""
    last, place = chunks[-1], f"chunks.{len(chunks) - 1}"
    longest = chunk_seconds + REST_SECONDS
    if not 0 < last.seconds <= longest + _SLACK_SECONDS:
        raise UnsuitableAnswer(
            f"{place} lasts {last.seconds:.3f} s; the last one lasts more than 0, up to {longest:g} s."
        )
    if len(chunks) > 1 and last.end <= chunks[-2].end:
        raise UnsuitableAnswer(f"{place}.end is {last.end:g}; the chunk before it ends at {chunks[-2].end:g} already.")


def _in_order(chunk: Chunk, place: str, lineup: Lineup) -> Chunk:
    heard = {"gate": chunk.gate, **chunk.branches}
    if heard.keys() != lineup.labels.keys():
        raise UnsuitableAnswer(
            f"{place} has answers of {', '.join(heard):.120}; it must have those of "
            f"{', '.join(lineup.labels)}, null where one did not hear it."
        )
    if chunk.gate is None and any(scores is not None for scores in chunk.branches.values()):
        raise UnsuitableAnswer(f"{place}.gate is null, for silence, but a branch heard something.")
    gate, *branches = (_scores(heard[name], f"{place}.{name}", labels) for name, labels in lineup.labels.items())
    tags = _tags(chunk, place, lineup)
    return Chunk(chunk.start, chunk.end, gate, dict(zip(list(lineup.labels)[1:], branches, strict=True)), tags)


def _tags(chunk: Chunk, place: str, lineup: Lineup) -> Scores | None:
    """Best first."""
    thresholds = lineup.decisions.tag_thresholds
    if thresholds is None:
        if chunk.tags is not None:
            raise UnsuitableAnswer(f"{place}.tags is there, but `models` names no model for tags.")
        return None
    if (chunk.tags is None) != (chunk.gate is None):
        raise UnsuitableAnswer(
            f"{place}.tags must be null where gate is null, for silence, and a list everywhere else; "
            f"here it is {'null' if chunk.tags is None else 'a list'}."
        )
    if chunk.tags is None:
        return None
    strangers = [tag for tag in chunk.tags if tag not in thresholds]
    if strangers:
        raise UnsuitableAnswer(f"{place}.tags names {strangers[0]!r:.80}, which its model does not know.")
    return dict(sorted(chunk.tags.items(), key=lambda tag: -tag[1]))


def _scores(scores: Scores | None, place: str, labels: tuple[str, ...]) -> Mapping[str, float] | None:
    if scores is None or tuple(scores) == labels:
        return scores
    if len(scores) != len(labels) or not all(label in scores for label in labels):
        raise UnsuitableAnswer(
            f"{place} has the labels {', '.join(scores):.120}; those of its model are {', '.join(labels):.200}. "
            "An answer that was asked for without top_k has all of them."
        )
    return {label: scores[label] for label in labels}
