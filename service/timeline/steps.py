"""What the gate said step by step, joined from the windows of all chunks on one even grid."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.outcomes import Decisions
from service.types import Chunk, StepTrack, StepWindow

MIN_SILENCE_SECONDS = 1.0
"""Shorter pauses belong to the speech or music that they interrupt."""
_REST_SECONDS = 0.001
"""A rest at the end shorter than this belongs to the step before it: times are given to the millisecond."""
_SLACK = 1e-6
"""Share of a step, for times that are sums of binary fractions."""
_GAP_WEIGHT = 1e-9
"""Weight of a step that stands in for cells of its chunk that no window reaches: any window outweighs it."""


def step_count(seconds: float, step_seconds: float) -> int:
    """Steps of a track that lasts `seconds`; the last one may be cut off by the end."""
    return max(1, math.ceil((seconds - _REST_SECONDS) / step_seconds))


def join_steps(chunks: Sequence[Chunk], decisions: Decisions, hop_seconds: float) -> StepTrack | None:
    """The track of a whole sound; None if the gate speaks per chunk, or if the chunks came back without their steps."""
    window = next((chunk.steps[0] for chunk in chunks if chunk.steps), None)
    step_seconds = window.seconds / len(window.values) if window else decisions.step_seconds
    if not chunks or step_seconds is None or (window is None and any(chunk.gate is not None for chunk in chunks)):
        return None
    join = StepJoin(decisions.outcomes.labels, step_seconds, hop_seconds)
    join.add(chunks)
    return join.finish()


class StepJoin:
    """Grows with the chunks, which come in order. `values` holds only what no later chunk can change.

    Each cell of the grid is the mean of the windows that cover it, weighted by overlap. A window says nothing of cells
    that end before its chunk starts: so a window that reaches back changes nothing that is already known.
    """

    def __init__(self, labels: tuple[str, ...], step_seconds: float, hop_seconds: float) -> None:
        self.labels = labels
        self.step_seconds = step_seconds
        self.start = 0.0
        """Seconds of the file; known from the first chunk on."""
        self._hop_seconds = hop_seconds
        self._end: float | None = None
        self._min_silence = math.ceil(MIN_SILENCE_SECONDS / step_seconds - _SLACK)
        # Columns: each label, silence, and last the weight that they all are to be divided by.
        self._sums = np.zeros((0, len(labels) + 2))
        self._in_silent_chunk = np.zeros(0, dtype=bool)
        self._values = np.zeros((0, len(labels)), dtype=np.float32)
        self._settled = 0

    @property
    def values(self) -> NDArray[np.float32]:
        """float32 (steps, labels) from the start, NaN where silent; more with every `add`."""
        return self._values[: self._settled]

    def add(self, chunks: Sequence[Chunk]) -> None:
        """The chunks that follow."""
        if not chunks:
            return
        if self._end is None:
            self.start = chunks[0].start
        self._end = chunks[-1].end
        ends = [window.start + window.seconds for chunk in chunks for window in chunk.steps]
        self._reserve(math.ceil(self._position(max([self._end, *ends]))) + 1)
        if any(chunk.steps for chunk in chunks):
            self._add_windows(chunks)
        for chunk in chunks:
            if chunk.gate is None:
                first, behind = (math.ceil(self._position(t) - 0.5 - _SLACK) for t in (chunk.start, chunk.end))
                self._in_silent_chunk[first:behind] = True
        self._settle(chunks[-1])

    def finish(self) -> StepTrack:
        """The whole track, after the last chunk."""
        assert self._end is not None
        count = step_count(self._end - self.start, self.step_seconds)
        self._write(count)
        return StepTrack(self.start, self.step_seconds, self.labels, self._values[:count].copy())

    def _position(self, seconds: float) -> float:
        """In steps from the start."""
        return (seconds - self.start) / self.step_seconds

    def _reserve(self, count: int) -> None:
        have = len(self._sums)
        if count > have:
            more = max(count - have, have)
            self._sums = np.pad(self._sums, ((0, more), (0, 0)))
            self._in_silent_chunk = np.pad(self._in_silent_chunk, (0, more))
            self._values = np.pad(self._values, ((0, more), (0, 0)))

    def _add_windows(self, chunks: Sequence[Chunk]) -> None:
        """Adds each step of each window to the two cells that it overlaps."""
        heard = [(chunk, window) for chunk in chunks for window in chunk.steps]
        starts = np.array([window.start for _, window in heard])
        said = np.stack([np.column_stack([window.values, window.silent]) for _, window in heard]).astype(np.float64)
        steps = said.shape[1]
        position = ((starts - self.start) / self.step_seconds)[:, None] + np.arange(steps)
        cell = np.floor(position + _SLACK).astype(np.intp)
        later = np.clip(position - cell, 0.0, 1.0)
        later[later < _SLACK] = 0.0
        chunk_starts = np.array([chunk.start for chunk, _ in heard])
        earliest = np.floor((chunk_starts - self.start) / self.step_seconds + _SLACK).astype(np.intp)[:, None]
        for cells, weights in ((cell, 1 - later), (cell + 1, later)):
            kept = (cells >= earliest) & (weights > 0)
            self._add(cells[kept], weights[kept], said[kept])
        for chunk in chunks:
            self._add_gaps(chunk)

    def _add_gaps(self, chunk: Chunk) -> None:
        """Cells of a chunk that none of its windows reaches take the steps next to them."""
        reached = chunk.start
        previous: StepWindow | None = None
        for window in chunk.steps:
            if window.start > reached:
                self._fill(reached, window.start, window, 0)
                if previous:
                    self._fill(reached, window.start, previous, -1)
            reached, previous = window.start + window.seconds, window
        if previous and reached < chunk.end:
            self._fill(reached, chunk.end, previous, -1)

    def _fill(self, start: float, end: float, window: StepWindow, step: int) -> None:
        cells = np.arange(math.floor(self._position(start) + _SLACK), math.ceil(self._position(end) - _SLACK))
        said = np.append(window.values[step], window.silent[step]).astype(np.float64)
        self._add(cells, np.full(len(cells), _GAP_WEIGHT), np.tile(said, (len(cells), 1)))

    def _add(self, cells: NDArray[np.intp], weights: NDArray[np.float64], said: NDArray[np.float64]) -> None:
        """Cells (n,), weights (n,) and what is said of them, (n, labels + 1)."""
        if not len(cells):
            return
        first = int(cells.min())
        for column in range(said.shape[1]):
            added = np.bincount(cells - first, weights * said[:, column])
            self._sums[first : first + len(added), column] += added
        added = np.bincount(cells - first, weights)
        self._sums[first : first + len(added), -1] += added

    def _settle(self, last: Chunk) -> None:
        """Moves on to where the next chunk may start, but not into a pause that may yet be long enough for silence."""
        behind = math.floor(self._position(min(last.start + self._hop_seconds, last.end)) + _SLACK)
        if behind <= self._settled:
            return
        quiet = self._quiet(max(0, self._settled - self._min_silence), behind)
        pause = int(np.argmin(quiet[::-1])) if not quiet.all() else len(quiet)
        if pause < self._min_silence:
            behind -= pause
        self._write(max(behind, self._settled))

    def _write(self, behind: int) -> None:
        """Computes the values from the last settled one on."""
        if behind <= self._settled:
            return
        # Enough of what was before to see whether a pause that began there is long.
        context = min(self._settled, self._min_silence)
        first = self._settled - context
        silent = long_runs(self._quiet(first, behind), self._min_silence)[context:]
        cells = slice(self._settled, behind)
        weight = self._sums[cells, -1]
        silent |= self._in_silent_chunk[cells] | (weight == 0)
        mean = self._sums[cells, : len(self.labels)] / np.where(weight == 0, 1, weight)[:, None]
        self._values[cells] = np.where(silent[:, None], np.nan, mean)
        self._settled = behind

    def _quiet(self, first: int, behind: int) -> NDArray[np.bool_]:
        """bool (behind - first,): in these cells nothing sounds for at least half of the time."""
        weight = self._sums[first:behind, -1]
        silence = self._sums[first:behind, -2]
        quiet: NDArray[np.bool_] = (silence >= (0.5 - _SLACK) * weight) | self._in_silent_chunk[first:behind]
        return quiet


def long_runs(flags: NDArray[np.bool_], shortest: int) -> NDArray[np.bool_]:
    """bool (n,) -> bool (n,): true in each run of at least `shortest` true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    kept = ends - starts >= shortest
    marks = np.zeros(len(flags) + 1, dtype=np.int8)
    marks[starts[kept]] = 1
    marks[ends[kept]] = -1
    return marks[:-1].cumsum().astype(bool)
