"""Where the time goes: every stage of an analysis by itself, and the whole, in turns."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from benchmarks.measurement import Measurement, Times, interleaved, medians, table
from benchmarks.probe import whole_answer
from benchmarks.workspace import Workspace
from service.audio import av_decoder, soundfile_decoder
from service.audio.containers import sniff
from service.audio.decoded import DecodedTrack, no_checkpoint
from service.audio.measure import Meter, SilenceMap, peak, to_mono
from service.audio.resample import Resampler
from service.engine import Engine
from service.features.bank import FeatureBank
from service.formats import json_text
from service.formats.document import View
from service.grid import Grid
from service.inference.session import BATCH
from service.timeline.report import report_of
from service.types import Options

EXTENSIONS = ("mp3", "wav")
ROUNDS = 7
TO_HZ = 16_000


def measure(workspace: Workspace) -> Measurement:
    engine = Engine.load(workspace.settings)
    raw: dict[str, Times] = {}
    tables = []
    for extension in EXTENSIONS:
        pipeline = Pipeline(engine, workspace.sound(extension))
        calls = {
            "decode": pipeline.decode,
            "resample": pipeline.resample,
            "mix": pipeline.mix,
            "meter": pipeline.meter,
            "silence": pipeline.silence,
            "log-mel": pipeline.log_mel,
            "ear": pipeline.ear,
            "heads": pipeline.heads,
            "sum up": pipeline.sum_up,
            "write": pipeline.write,
            "whole": pipeline.whole,
        }
        times = raw[extension] = interleaved(calls, ROUNDS)
        tables.append(_table(extension, medians(times)))
    return Measurement([], {"cpu_seconds": raw}, "\n\n".join(tables))


def _table(extension: str, middle: dict[str, float]) -> str:
    stages = {
        "decode": middle["decode"],
        "resample to 16 kHz": middle["resample"],
        "mix to mono": middle["mix"],
        "meter: peaks, damage": middle["meter"],
        "silence map": middle["silence"],
        "log-mel": middle["log-mel"],
        "ear, ONNX": middle["ear"],
        "heads, ONNX": middle["heads"],
        "averages, segments": middle["sum up"],
        "JSON": middle["write"],
    }
    whole = middle["whole"]
    stages["windows, routing, between the stages"] = whole - sum(stages.values())
    rows = [[name, f"{1000 * seconds:.1f}", f"{100 * seconds / whole:.1f} %"] for name, seconds in stages.items()]
    rows.append(["whole answer", f"{1000 * whole:.1f}", "100.0 %"])
    return table([f"{extension}, five minutes", "ms", "share"], rows)


class Pipeline:
    """The stages of one analysis, each to be run by itself over what the stage before it gave.

    Holds a whole file at every stage: for minutes of sound, not for hours."""

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


@contextmanager
def bare_track(path: Path) -> Iterator[DecodedTrack]:
    """The decoder of first choice, without anything that the service does around it."""
    with path.open("rb", buffering=0) as file:
        container = sniff(file)
        decoder = av_decoder if container.decoders[0] == "av" else soundfile_decoder
        with decoder.open_track(file, container, no_checkpoint) as track:
            yield track


def decode(path: Path) -> None:
    with bare_track(path) as track:
        for _ in track.blocks:
            pass


def floor(path: Path) -> None:
    """What decoding and resampling cost alone, by the decoder and the resampler that the whole answer uses.

    Decode, mix to mono (by one addition: the cheapest way), resample to 16 kHz."""
    with bare_track(path) as track:
        resampler = Resampler(track.sample_rate, TO_HZ)
        for block in track.blocks:
            resampler.push(to_mono(block))
        resampler.finish()
