"""The answer bit by bit: an object for each chunk, and at last one for the report, without what came before it."""

from dataclasses import replace
from typing import Any

from service.formats.document import View, chunk_document, document
from service.formats.rounding import to_thousandths
from service.types import Chunk, Peaks, Report

_SLACK = 1e-6
"""Of a value, for times that are sums of binary fractions."""


class Series:
    """One sound's. Where `peaks` were asked for, the `peaks` of all objects, one after the other, are all values.

    `peaks` may grow meanwhile, as long as it is ahead of the chunks."""

    def __init__(self, view: View, peaks: Peaks | None) -> None:
        self._view = view
        self._peaks = peaks
        self._given = 0
        self._start: float | None = None

    def chunk(self, chunk: Chunk) -> dict[str, Any]:
        """With the peaks up to its end that no chunk before it had."""
        entry: dict[str, Any] = {"chunk": chunk_document(chunk, self._view)}
        if self._peaks:
            self._start = chunk.start if self._start is None else self._start
            entry["peaks"] = self._next_peaks(int((chunk.end - self._start) * self._peaks.per_second + _SLACK))
        return entry

    def report(self, report: Report) -> dict[str, Any]:
        """With the rest of the peaks."""
        view = replace(self._view, detail="segments") if self._view.detail == "chunks" else self._view
        entry = document(replace(report, peaks=None), view)
        if self._peaks:
            entry["peaks"] = self._next_peaks(len(self._peaks.values))
        return entry

    def _next_peaks(self, behind: int) -> list[float]:
        assert self._peaks
        values = [to_thousandths(value) for value in self._peaks.values[self._given : behind]]
        self._given += len(values)
        return values
