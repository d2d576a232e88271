"""The answer bit by bit: an object for each chunk, and at last one for the report, without what came before it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from service.formats.document import View, chunk_document, document, steps_document
from service.formats.rounding import to_thousandths
from service.types import Chunk, Peaks, Report

if TYPE_CHECKING:  # a process that only passes answers on does without NumPy
    import numpy as np
    from numpy.typing import NDArray

_SLACK = 1e-6
"""Share of a value or a step, for times that are sums of binary fractions."""


class Steps(Protocol):
    """A StepTrack, or one that still grows."""

    @property
    def start(self) -> float: ...
    @property
    def step_seconds(self) -> float: ...
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def values(self) -> "NDArray[np.float32]": ...


class Series:
    """One sound's. Where `peaks` were asked for, the `peaks` of all objects, one after the other, are all values; the
    same holds for the `steps` of a view of the steps.

    `peaks` may grow meanwhile, as long as it is ahead of the chunks. `steps` may as well: it holds only values that do
    not change any more, and what it does not hold yet comes with a later chunk, or with the report."""

    def __init__(self, view: View, peaks: Peaks | None, steps: Steps | None = None, *, has_tags: bool = False) -> None:
        self._view = view
        self._peaks = peaks
        self._steps = steps if view.detail == "steps" else None
        self._has_tags = has_tags
        self._given_peaks = 0
        self._given_steps = 0
        self._start: float | None = None

    def chunk(self, chunk: Chunk) -> dict[str, Any]:
        """With the steps and peaks up to its end that no chunk before it had."""
        entry: dict[str, Any] = {"chunk": chunk_document(chunk, self._view, has_tags=self._has_tags)}
        self._start = chunk.start if self._start is None else self._start
        seconds = chunk.end - self._start
        if self._steps:
            entry["steps"] = self._next_steps(self._steps, int(seconds / self._steps.step_seconds + _SLACK))
        if self._peaks:
            entry["peaks"] = self._next_peaks(self._peaks, int(seconds * self._peaks.per_second + _SLACK))
        return entry

    def report(self, report: Report) -> dict[str, Any]:
        """With the rest of the steps and peaks."""
        view = replace(self._view, detail="segments") if self._view.shows_chunks else self._view
        entry = document(replace(report, peaks=None), view)
        if self._view.detail == "steps" and report.steps:
            entry["steps"] = self._next_steps(report.steps, len(report.steps.values))
        if self._peaks:
            entry["peaks"] = self._next_peaks(self._peaks, len(self._peaks.values))
        return entry

    def _next_steps(self, steps: Steps, behind: int) -> dict[str, Any]:
        first = self._given_steps
        values = steps.values[first:behind]
        self._given_steps += len(values)
        return steps_document(steps.start + first * steps.step_seconds, steps.step_seconds, steps.labels, values)

    def _next_peaks(self, peaks: Peaks, behind: int) -> list[float]:
        values = [to_thousandths(value) for value in peaks.values[self._given_peaks : behind]]
        self._given_peaks += len(values)
        return values
