"""Makes a new answer from a given one, with other segments or in another form. The sound is not needed.

What is given is first held to what this service would have written: its chunks, then its steps.
"""

import asyncio
import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

import numpy as np

from service.errors import UnsuitableAnswer
from service.formats.catalogue import Format
from service.formats.document import View
from service.grid import REST_SECONDS
from service.http.given_answer import GivenSteps, read_given
from service.inference.served_models import ServedModels, served_models_of
from service.inference.store import ModelStore
from service.settings import Settings
from service.timeline.report import report_of
from service.types import MIN_HOP_SECONDS, Chunk, Options, Scores, StepTrack

MAX_ANSWER_BYTES = 48 * 1024 * 1024
"""Room for 50,000 chunks with some tags each, and for a waveform and steps of four hours, in JSON."""
_SLACK_SECONDS: Final = 0.002
"""Times are written to the millisecond, and hops may be thirds."""
_STEP_SLACK_SECONDS: Final = 2e-6
"""`step_seconds` is written to the microsecond."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    text: bytes
    name: str
    """What the answer calls the sound."""


class Rewriter:
    """Uses one thread: two would not be faster in Python, and long answers take memory. It works in small
    steps, so that the event loop goes on meanwhile."""

    def __init__(self, settings: Settings) -> None:
        self._store = ModelStore(settings.models_dir)
        self._max_chunks = settings.max_chunks
        self._max_seconds = settings.max_duration_seconds
        self._thread = ThreadPoolExecutor(1, "rewriter")

    async def rewrite(self, file: BinaryIO, options: Options, view: View, form: Format) -> Rewritten:
        """`file` is an answer as JSON. Raises UnsuitableAnswer, TooManyChunks and ModelError."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._rewrite, file, options, view, form)

    def _rewrite(self, file: BinaryIO, options: Options, view: View, form: Format) -> Rewritten:
        try:
            text = file.read().decode()
        except UnicodeDecodeError:
            raise UnsuitableAnswer("The body must be an answer as JSON; this one is no text in UTF-8.") from None
        given = read_given(text, self._max_chunks, self._max_seconds)
        served = served_models_of(self._store, given.models)
        heard = check_chunks(given.chunks, served)
        report = report_of(
            heard.chunks,
            served.decisions,
            replace(options, hop_seconds=heard.hop_seconds),
            identifier=given.id,
            audio=given.audio,
            models=served.models,
            peaks=given.peaks,
            steps=check_steps(given.steps, heard.chunks, served),
        )
        return Rewritten(form.write(report, given.name, view).encode(), given.name)


@dataclass(frozen=True, slots=True)
class GivenChunks:
    chunks: tuple[Chunk, ...]
    """Branches and labels in the order of the served models."""
    hop_seconds: float


def check_chunks(chunks: Sequence[Chunk], served: ServedModels) -> GivenChunks:
    """Chunks must be complete, in order, and on an even grid. Raises UnsuitableAnswer with the place and the reason."""
    if not chunks:
        raise UnsuitableAnswer("chunks is empty; every sound has at least one.")
    chunk_seconds = served.decisions.chunk_seconds
    hop_seconds = _hop_seconds(chunks, chunk_seconds)
    for number, chunk in enumerate(chunks):
        _check_start(chunk, f"chunks.{number}", chunks[0].start + number * hop_seconds, hop_seconds)
    for number, chunk in enumerate(chunks[:-1]):
        if not abs(chunk.seconds - chunk_seconds) <= _SLACK_SECONDS:
            raise UnsuitableAnswer(
                f"chunks.{number} lasts {chunk.seconds:.3f} s; all but the last one last {chunk_seconds:g} s."
            )
    _check_end(chunks, chunk_seconds)
    return GivenChunks(tuple(_in_order(chunk, f"chunks.{n}", served) for n, chunk in enumerate(chunks)), hop_seconds)


def _hop_seconds(chunks: Sequence[Chunk], chunk_seconds: float) -> float:
    """One chunk alone has no hop; the length of a chunk does as well, since it leaves no gap."""
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
    """The last chunk ends with the sound: it includes a rest that is too short for a chunk of its own."""
    last, place = chunks[-1], f"chunks.{len(chunks) - 1}"
    longest = chunk_seconds + REST_SECONDS
    if not 0 < last.seconds <= longest + _SLACK_SECONDS:
        raise UnsuitableAnswer(
            f"{place} lasts {last.seconds:.3f} s; the last one lasts more than 0, up to {longest:g} s."
        )
    if len(chunks) > 1 and last.end <= chunks[-2].end:
        raise UnsuitableAnswer(f"{place}.end is {last.end:g}; the chunk before it ends at {chunks[-2].end:g} already.")


def _in_order(chunk: Chunk, place: str, served: ServedModels) -> Chunk:
    heard = {"gate": chunk.gate, **chunk.branches}
    if heard.keys() != served.labels.keys():
        raise UnsuitableAnswer(
            f"{place} has answers of {', '.join(heard):.120}; it must have those of "
            f"{', '.join(served.labels)}, null where one did not hear it."
        )
    if chunk.gate is None and any(scores is not None for scores in chunk.branches.values()):
        raise UnsuitableAnswer(f"{place}.gate is null, for silence, but a branch heard something.")
    gate, *branches = (_scores(heard[name], f"{place}.{name}", labels) for name, labels in served.labels.items())
    tags = _tags(chunk, place, served)
    return Chunk(chunk.start, chunk.end, gate, dict(zip(list(served.labels)[1:], branches, strict=True)), tags)


def _tags(chunk: Chunk, place: str, served: ServedModels) -> Scores | None:
    """Best first."""
    thresholds = served.decisions.tag_thresholds
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


def check_steps(given: GivenSteps | None, chunks: Sequence[Chunk], served: ServedModels) -> StepTrack | None:
    """On the gate's exact grid, labels in its order. `chunks` were checked before. Raises UnsuitableAnswer."""
    if given is None:
        return None
    step_seconds = served.decisions.step_seconds
    if step_seconds is None:
        raise UnsuitableAnswer("steps is there, but the gate that `models` names speaks per chunk. Leave steps out.")
    if not abs(given.step_seconds - step_seconds) <= _STEP_SLACK_SECONDS:
        raise UnsuitableAnswer(
            f"steps.step_seconds is {given.step_seconds:g}; a step of this gate lasts {step_seconds:.6f} s."
        )
    start, end = chunks[0].start, chunks[-1].end
    if not abs(given.start - start) <= _SLACK_SECONDS:
        raise UnsuitableAnswer(f"steps.start is {given.start:g}; the first chunk starts at {start:g}.")
    labels = served.labels["gate"]
    if given.probabilities.keys() != set(labels):
        raise UnsuitableAnswer(
            f"steps.probabilities has the labels {', '.join(given.probabilities) or 'of nothing':.120}; "
            f"those of the gate are {', '.join(labels):.200}."
        )
    _check_lengths(given, end - start, step_seconds)
    values = np.stack([given.probabilities[label] for label in labels], axis=1)
    missing = np.isnan(values)
    (partly,) = np.nonzero(missing.any(axis=1) & ~missing.all(axis=1))
    if len(partly):
        raise UnsuitableAnswer(
            f"steps.probabilities has null at {partly[0]} for some labels only; where it is silent, all are null."
        )
    return StepTrack(start, step_seconds, labels, values)


def _check_lengths(given: GivenSteps, seconds: float, step_seconds: float) -> None:
    """Steps cover the chunks, and the last one begins before these end."""
    slack = _SLACK_SECONDS / step_seconds
    lengths = {label: len(values) for label, values in given.probabilities.items()}
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{length} of {label:.80}" for label, length in lengths.items())
        raise UnsuitableAnswer(f"steps.probabilities has as many values of each label; here there are {counts:.200}.")
    least = max(1, math.ceil(seconds / step_seconds - slack))
    most = math.floor(seconds / step_seconds + slack) + 1
    for label, values in given.probabilities.items():
        if not least <= len(values) <= most:
            raise UnsuitableAnswer(
                f"steps.probabilities.{label:.80} has {len(values)} values; "
                f"{least} steps of {step_seconds:.6f} s cover the {seconds:.3f} s of the chunks."
            )
