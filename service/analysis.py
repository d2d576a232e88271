"""One sound being analysed: its chunks as they become ready, then the report."""

import uuid
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import replace
from typing import Protocol

from service.audio.containers import Container
from service.audio.decoded import Checkpoint, Samples, no_checkpoint
from service.audio.measure import Meter, PeakMeter
from service.errors import Cancelled, EarmarkError, InvalidOption, TooManyChunks
from service.inference.cascade import Cascade
from service.inference.session import BATCH
from service.listener import Listener
from service.options import check_hop
from service.stopwatch import Stopwatch
from service.timeline.report import report_of
from service.timeline.steps import StepJoin
from service.types import AudioInfo, Chunk, Options, Peaks, Progress, Report


class Audible(Protocol):
    """What an analysis needs of a sound, be it a file or live."""

    container: Container
    meter: Meter
    decoded_frames: int
    has_ended: bool
    """Whether `mono_blocks` gave all there is."""

    @property
    def codec(self) -> str: ...
    @property
    def sample_rate(self) -> int: ...
    @property
    def channels(self) -> int: ...
    @property
    def claimed_seconds(self) -> float | None: ...
    @property
    def decoded_seconds(self) -> float: ...
    def mono_blocks(self) -> Iterator[Samples]: ...
    def warnings(self) -> Iterator[str]: ...


class Analysis:
    """Made by Engine.open and open_live. Decodes once; `chunks` resumes where it stopped."""

    def __init__(
        self,
        sound: Audible,
        cascade: Cascade,
        options: Options,
        *,
        max_chunks: int,
        batch: int = BATCH,
        checkpoint: Checkpoint = no_checkpoint,
        on_progress: Callable[[Progress], None] | None = None,
        stopwatch: Stopwatch | None = None,
    ) -> None:
        """`batch` is the Listener's. `stopwatch` runs since before the sound was opened: that decodes a block."""
        check_hop(options, cascade.chunk_seconds)
        self._id = uuid.uuid4().hex
        self._sound = sound
        self._cascade = cascade
        self._options = options
        self._hop_seconds = options.hop(cascade.chunk_seconds)
        self._max_chunks = max_chunks
        self._on_progress = on_progress
        self._stopwatch = stopwatch or Stopwatch()
        peaks = PeakMeter(options.peaks_per_second) if options.peaks_per_second else None
        self.peaks = Peaks(options.peaks_per_second, peaks.values) if peaks else None
        """Those of what was listened to so far, if they were asked for."""
        self._listener = Listener(
            cascade,
            sound.sample_rate,
            self._hop_seconds,
            offset_seconds=options.start_seconds,
            batch=batch,
            checkpoint=checkpoint,
            stopwatch=self._stopwatch,
            peaks=peaks,
        )
        outcomes, step_seconds = cascade.decisions.outcomes, cascade.decisions.step_seconds
        self.steps = StepJoin(outcomes.labels, step_seconds, self._hop_seconds) if step_seconds else None
        """The gate's answers so far, step by step; None if it answers per chunk."""
        self._heard: list[Chunk] = []
        self._failure: EarmarkError | None = None
        self._is_complete = False
        self._coming = self._listen()

    @property
    def has_tags(self) -> bool:
        return self._cascade.tagger is not None

    @property
    def heard_seconds(self) -> float:
        """How much was listened to so far."""
        return self._listener.seconds

    @property
    def heard_chunks(self) -> int:
        """How many chunks were heard so far, among them those that `chunks` is about to give."""
        return len(self._heard)

    def stage_seconds(self) -> Mapping[str, float]:
        """Wall time by stage: decode, features, models; and write, which is what the caller took in between."""
        self._stopwatch.lap("write")
        return self._stopwatch.seconds

    def close(self) -> None:
        """No further chunk comes; must happen before the sound is closed."""
        self._coming.close()

    def chunks(self) -> Iterator[Chunk]:
        """Chunks in order, each as soon as its batch was heard."""
        return self._coming

    def report(self) -> Report:
        """The whole answer, after whatever is left to listen to."""
        for _ in self._coming:
            pass
        if not self._is_complete:
            raise self._failure or Cancelled("The analysis was ended before the sound was; there is no report.")
        return report_of(
            self._heard,
            self._cascade.decisions,
            self._options,
            identifier=self._id,
            audio=self._audio_info(),
            models={name: session.manifest.reference for name, session in self._cascade.sessions.items()},
            peaks=self.peaks,
            steps=self.steps.finish() if self.steps else None,
        )

    def _listen(self) -> Generator[Chunk]:
        try:
            yield from self._hear()
            self._is_complete = True
        except EarmarkError as error:
            self._failure = error
            raise

    def _hear(self) -> Iterator[Chunk]:
        rate, end = self._sound.sample_rate, self._options.end_seconds
        start_frame = round(self._options.start_seconds * rate)
        end_frame = None if end is None else round(end * rate)
        if end_frame == start_frame:
            raise InvalidOption(
                f"From start_seconds {self._options.start_seconds:g} to end_seconds {end:g} there is no sample "
                f"at {rate} Hz; take a longer part."
            )
        for block in self._sound.mono_blocks():
            self._stopwatch.lap("decode")
            behind = self._sound.decoded_frames
            first = behind - len(block)
            part = block[max(0, start_frame - first) : None if end_frame is None else max(0, end_frame - first)]
            if len(part):
                yield from self._note(self._listener.push(part))
                self._stopwatch.lap("write")
            if self._on_progress:
                self._on_progress(Progress(self._sound.decoded_seconds, self._sound.claimed_seconds))
            if end_frame is not None and behind >= end_frame:
                break
        self._stopwatch.lap("decode")
        if not self._listener.seconds:
            raise InvalidOption(
                f"start_seconds is {self._options.start_seconds:g}; "
                f"the sound lasts {self._sound.decoded_seconds:.3f} s."
            )
        yield from self._note(self._listener.finish())

    def _note(self, chunks: list[Chunk]) -> list[Chunk]:
        if self.steps:
            self.steps.add(chunks)
            chunks = [replace(chunk, steps=()) for chunk in chunks]  # they would fill the memory, and are joined by now
        self._heard += chunks
        if len(self._heard) > self._max_chunks:
            raise TooManyChunks(
                f"The answer may have {self._max_chunks} chunks; "
                f"a chunk every {self._hop_seconds:g} s gives more. "
                "A larger hop_seconds, or a part of the sound (start_seconds, end_seconds), gives fewer."
            )
        return chunks

    def _audio_info(self) -> AudioInfo:
        sound = self._sound
        unread = 0.0 if sound.has_ended else (sound.claimed_seconds or 0.0)
        return AudioInfo(
            container=sound.container.name,
            codec=sound.codec,
            sample_rate=sound.sample_rate,
            channels=sound.channels,
            duration_seconds=max(sound.decoded_seconds, unread),
            silence_ratio=self._listener.silence.ratio,
            clipping_ratio=sound.meter.clipping_ratio,
            warnings=(*sound.warnings(), *self._length_warning()),
        )

    def _length_warning(self) -> Iterator[str]:
        heard, chunk = self._listener.seconds, self._cascade.chunk_seconds
        if heard < chunk:
            yield f"Only {heard:.3f} s were analysed, less than a chunk of {chunk:g} s; they were repeated to fill one."
