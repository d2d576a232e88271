"""The stages of one analysis, taken apart: each can be run by itself over what the stage before it gave."""

from pathlib import Path

import numpy as np

from benchmarks.answer import whole_answer
from benchmarks.floor import TO_HZ, bare_track, decode
from service.audio.meter import Meter, peak
from service.audio.mix import to_mono
from service.audio.resample import Resampler
from service.audio.silence import SilenceMap
from service.audio.sound import no_checkpoint
from service.engine import Engine
from service.features.bank import FeatureBank
from service.formats import json_text
from service.formats.document import View
from service.grid import Grid
from service.inference.session import BATCH, Session
from service.timeline.averages import branch_average, gate_average, joint_labels, overall_label
from service.timeline.segments import segments
from service.types import Options


class Pipeline:
    """Holds a whole file at every stage: for minutes of sound, not for hours."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._path = path
        with bare_track(path) as track:
            self._rate = track.sample_rate
            self._raw = [np.array(block) for block in track.blocks]
        self._mono = [to_mono(block) for block in self._raw]
        resampler = Resampler(self._rate, TO_HZ)
        self._at_16k = [*map(resampler.push, self._mono), resampler.finish()]
        self._front_end = engine.cascade.gate.manifest.front_end
        self._bank = FeatureBank(TO_HZ, [self._front_end])
        for block in self._at_16k:
            self._bank.push(block)
        self._bank.finish()
        self._report = engine.analyse(path)
        self._total = self._report.audio.duration_seconds
        grid = Grid(engine.cascade.chunk_seconds, engine.cascade.chunk_seconds)
        spans = [grid.span(index, self._total) for index in range(grid.count(self._total))]
        self._batches = [spans[first : first + BATCH] for first in range(0, len(spans), BATCH)]
        frames = engine.cascade.gate.manifest.frames
        self._windows = [
            np.stack([self._bank.window(self._front_end, span.start, frames) for span in batch])
            for batch in self._batches
        ]

    def whole(self) -> None:
        whole_answer(self._engine, self._path)

    def decode(self) -> None:
        decode(self._path)

    def mix(self) -> None:
        for block in self._raw:
            to_mono(block)

    def meter(self) -> None:
        meter = Meter()
        for block, mono in zip(self._raw, self._mono, strict=True):
            meter.repair(block)
            peak(mono)

    def resample(self) -> None:
        resampler = Resampler(self._rate, TO_HZ)
        for block in self._mono:
            resampler.push(block)
        resampler.finish()

    def silence(self) -> None:
        silence = SilenceMap(self._rate)
        for block in self._mono:
            silence.push(block)
        silence.finish()

    def log_mel(self) -> None:
        stream = self._front_end.stream()
        for block in self._at_16k:
            stream.push(block)
        stream.finish()

    def gate(self) -> None:
        self._run(self._engine.cascade.gate)

    def branch(self) -> None:
        self._run(self._engine.cascade.branches["genre"])

    def hear(self) -> None:
        """Gate and branch, with cutting their windows and reading their scores."""
        for batch in self._batches:
            self._engine.cascade.hear(batch, self._bank, self._total, no_checkpoint)

    def sum_up(self) -> None:
        """Averages, joint labels and segments."""
        chunks, cascade = self._report.chunks, self._engine.cascade
        branches = {name: branch_average(chunks, name) for name in cascade.branches}
        overall_label(chunks, cascade.outcomes, branches)
        gate_average(chunks)
        joint_labels(chunks, cascade.outcomes, branches)
        segments(chunks, cascade.outcomes, Options(), cascade.chunk_seconds)

    def write(self) -> None:
        json_text.write(self._report, self._path.name, View())

    def _run(self, session: Session) -> None:
        for windows in self._windows:
            session.probabilities(windows)
