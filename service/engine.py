"""The one call that everything else uses: analyse(source) -> Report, or its chunks as they are ready."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Self

from service.analysis import Analysis
from service.audio.accepted import PcmFormat
from service.audio.guarded_file import Source
from service.audio.live_sound import LiveSound
from service.audio.sound import open_sound
from service.errors import Cancelled, DeadlineExceeded
from service.inference.cascade import Cascade
from service.inference.store import ModelStore
from service.options import check_options
from service.settings import Settings
from service.stopwatch import Stopwatch
from service.types import Options, Progress, Report


def _never() -> bool:
    return False


class Engine:
    """Verified models and limits. One per process; analyses share nothing else."""

    def __init__(self, cascade: Cascade, settings: Settings) -> None:
        self.cascade = cascade
        self.settings = settings

    @classmethod
    def load(cls, settings: Settings | None = None) -> Self:
        """Loads and verifies the models that cascade.json names. Without `settings` it reads the environment.

        Raises ModelError, InvalidSettings."""
        settings = Settings.read() if settings is None else settings
        return cls(Cascade.load(ModelStore(settings.models_dir)), settings)

    def analyse(
        self,
        source: Source,
        options: Options = Options(),  # noqa: B008 - frozen
        *,
        on_progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] = _never,
    ) -> Report:
        """The whole answer. Raises EarmarkError, and nothing else, whatever is in the file."""
        with self.open(source, options, on_progress=on_progress, cancelled=cancelled) as analysis:
            return analysis.report()

    @contextmanager
    def open(
        self,
        source: Source,
        options: Options = Options(),  # noqa: B008 - frozen
        *,
        on_progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] = _never,
    ) -> Iterator[Analysis]:
        """The streaming form: iterate over `analysis.chunks()`, then take `analysis.report()`."""
        check_options(options)
        stopwatch = Stopwatch()
        checkpoint = self._checkpoint(cancelled, self.settings.max_analysis_seconds)
        with (
            open_sound(source, self.settings.limits, checkpoint) as sound,
            closing(
                Analysis(
                    sound,
                    self.cascade,
                    options,
                    max_chunks=self.settings.max_chunks,
                    checkpoint=checkpoint,
                    on_progress=on_progress,
                    stopwatch=stopwatch,
                )
            ) as analysis,
        ):
            yield analysis

    @contextmanager
    def open_live(
        self, read: Callable[[int], bytes], pcm: PcmFormat, options: Options, stopwatch: Stopwatch | None = None
    ) -> Iterator[Analysis]:
        """The streaming form for sound that is being made: chunks come one by one, each as soon as it was heard.

        `read` is as LiveSound wants it. A stream may go on for max_duration_seconds, however long that takes."""
        check_options(options)
        sound = LiveSound(read, pcm, self.settings.limits)
        live = Analysis(sound, self.cascade, options, max_chunks=self.settings.max_chunks, batch=1, stopwatch=stopwatch)
        with closing(live) as analysis:
            yield analysis

    @staticmethod
    def _checkpoint(cancelled: Callable[[], bool], limit: float) -> Callable[[], None]:
        started = time.monotonic()

        def checkpoint() -> None:
            if cancelled():
                raise Cancelled("The caller asked to stop.")
            elapsed = time.monotonic() - started
            if elapsed > limit:
                raise DeadlineExceeded(
                    f"The analysis was stopped after {elapsed:.1f} s; {limit:g} s are allowed. "
                    "A shorter part (start_seconds, end_seconds) or a larger hop_seconds takes less."
                )

        return checkpoint
