"""The stages of one analysis, taken apart: each can be run by itself over what the stage before it gave."""

from pathlib import Path

import numpy as np

from benchmarks.answer import whole_answer
from benchmarks.floor import TO_HZ, bare_track, decode
from service.audio.meter import Meter, peak
from service.audio.mix import to_mono
from service.audio.resample import Resampler
from service.audio.silence import SilenceMap
from service.engine import Engine
from service.features.bank import FeatureBank
from service.formats import json_text
from service.formats.document import View
from service.grid import Grid
from service.inference.session import BATCH
from service.timeline.report import report_of
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
        (self._ear,) = engine.cascade.ears.values()
        self._front_end = self._ear.front_end
        bank = self._new_bank()
        self._report = engine.analyse(path)
        self._total = self._report.audio.duration_seconds
        grid = Grid(engine.cascade.chunk_seconds, engine.cascade.chunk_seconds)
        spans = [grid.span(index, self._total) for index in range(grid.count(self._total))]
        self._batches = [spans[first : first + BATCH] for first in range(0, len(spans), BATCH)]
        self._windows = [
            np.stack([bank.window(self._front_end, span.start, self._ear.frames) for span in batch])
            for batch in self._batches
        ]
        self._heard = [self._ear.hear(windows) for windows in self._windows]

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

    def ear(self) -> None:
        for windows in self._windows:
            self._ear.hear(windows)

    def heads(self) -> None:
        """The gate, the tags and one branch."""
        cascade = self._engine.cascade
        for heard in self._heard:
            cascade.gate.probabilities(heard["steps"])
            for head in (cascade.branches["genre"], cascade.tagger):
                if head:
                    head.probabilities(heard["embedding"])

    def sum_up(self) -> None:
        """Averages, joint labels and segments."""
        known = self._report
        report_of(
            known.chunks,
            self._engine.cascade.decisions,
            Options(),
            identifier=known.id,
            audio=known.audio,
            models=known.models,
            peaks=None,
            steps=known.steps,
        )

    def write(self) -> None:
        json_text.write(self._report, self._path.name, View())

    def _new_bank(self) -> FeatureBank:
        """With all frames, and nothing that the ear has made of them."""
        bank = FeatureBank(TO_HZ, self._engine.cascade.front_ends, ears=self._engine.cascade.ears)
        for block in self._at_16k:
            bank.push(block)
        bank.finish()
        return bank
