"""Mono samples in, chunks out as soon as they are settled. Knows nothing of files."""

from collections.abc import Sequence
from dataclasses import replace

from service.audio.decoded import Checkpoint, Samples, no_checkpoint
from service.audio.measure import PeakMeter, SilenceMap
from service.features.bank import FeatureBank
from service.grid import Grid, Span
from service.inference.cascade import Cascade, ChunkAnswers
from service.inference.session import BATCH
from service.stopwatch import Stopwatch
from service.types import Chunk


class Listener:
    """One analysis. Chunk times start at `offset_seconds`, where the first sample stands in its file.

    `batch` chunks are heard together: 1 where each is wanted at once, else as many as suit the models best."""

    def __init__(
        self,
        cascade: Cascade,
        sample_rate: int,
        hop_seconds: float,
        *,
        offset_seconds: float = 0.0,
        batch: int = BATCH,
        checkpoint: Checkpoint = no_checkpoint,
        stopwatch: Stopwatch | None = None,
        peaks: PeakMeter | None = None,
    ) -> None:
        self.silence = SilenceMap(sample_rate)
        self._cascade = cascade
        self._sample_rate = sample_rate
        self._offset = offset_seconds
        self._checkpoint = checkpoint
        self._stopwatch = stopwatch or Stopwatch()
        self._batch = batch
        self._grid = Grid(cascade.chunk_seconds, hop_seconds)
        self._bank = FeatureBank(sample_rate, cascade.front_ends, peaks, cascade.ears)
        self._lookahead = max(0.0, (cascade.longest_window_seconds - cascade.chunk_seconds) / 2)
        self._samples = 0
        self._next = 0
        self._pending: list[Span] = []

    @property
    def seconds(self) -> float:
        """How much was heard."""
        return self._samples / self._sample_rate

    def push(self, samples: Samples) -> list[Chunk]:
        """float32 mono (n,) -> the chunks that became ready, in whole batches."""
        self._samples += len(samples)
        self.silence.push(samples)
        self._bank.push(samples)
        self._stopwatch.lap("features")
        heard_seconds = self._bank.heard_seconds
        if heard_seconds < self._cascade.longest_window_seconds:
            return []  # a long window at the very start cannot be centred on its chunk, and needs all of its length
        while (span := self._grid.span_if_settled(self._next, heard_seconds - self._lookahead)) is not None:
            self._pending.append(span)
            self._next += 1
        whole = len(self._pending) // self._batch * self._batch
        chunks = self._hear(self._pending[:whole], None)
        del self._pending[:whole]
        following = self._pending[0].start if self._pending else self._next * self._grid.hop_seconds
        self._bank.drop_before(following - self._cascade.longest_window_seconds)
        return chunks

    def finish(self) -> list[Chunk]:
        """The rest, up to the last sample."""
        self.silence.finish()
        self._bank.finish()
        self._stopwatch.lap("features")
        total = self.seconds
        rest = [self._grid.span(index, total) for index in range(self._next, self._grid.count(total))]
        return self._hear([*self._pending, *rest], total)

    def _hear(self, spans: Sequence[Span], total_seconds: float | None) -> list[Chunk]:
        chunks = [
            chunk
            for first in range(0, len(spans), self._batch)
            for chunk in self._hear_batch(spans[first : first + self._batch], total_seconds)
        ]
        self._stopwatch.lap("models")
        return chunks

    def _hear_batch(self, spans: Sequence[Span], total_seconds: float | None) -> list[Chunk]:
        """Silent chunks are not shown to any model: there is nothing in them to tell apart."""
        sounding = [span for span in spans if not self.silence.is_silent(span.start, span.end)]
        is_silent, checkpoint = self.silence.is_silent, self._checkpoint
        heard = self._cascade.hear(sounding, self._bank, is_silent, total_seconds, checkpoint) if sounding else []
        by_span = dict(zip(sounding, heard, strict=True))
        return [self._chunk(span, by_span.get(span)) for span in spans]

    def _chunk(self, span: Span, heard: ChunkAnswers | None) -> Chunk:
        start, end = self._offset + span.start, self._offset + span.end
        if heard is None:
            return Chunk(start, end, None, dict.fromkeys(self._cascade.branches))
        steps = tuple(replace(window, start=self._offset + window.start) for window in heard.steps)
        return Chunk(start, end, heard.gate, heard.branches, heard.tags, steps)
