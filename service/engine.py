"""The one call that everything else uses: analyse(source) -> Report, or its chunks as they are ready."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from service.analysis import Analysis
from service.audio.sound import open_sound
from service.audio.source import Source
from service.errors import Cancelled, DeadlineExceeded
from service.inference.cascade import Cascade
from service.inference.store import ModelStore
from service.options import check_options
from service.settings import Settings
from service.types import Options, Progress, Report


def _never() -> bool:
    return False


class Engine:
    """Verified models and limits. One per process; analyses share nothing else."""

    def __init__(self, cascade: Cascade, settings: Settings) -> None:
        self.cascade = cascade
        self.settings = settings

    @classmethod
    def load(cls, settings: Settings) -> Self:
        """Loads and verifies the models that cascade.json names. Raises ModelError."""
        return cls(Cascade.load(ModelStore(settings.models_dir)), settings)

    def analyse(
        self,
        source: Source,
        options: Options = Options(),  # noqa: B008 - frozen
        *,
        on_progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] = _never,
    ) -> Report:
        """The whole answer. Raises the errors of service.errors, and nothing else, for whatever is in the file."""
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
        checkpoint = self._checkpoint(cancelled)
        with open_sound(source, self.settings.limits, checkpoint) as sound:
            analysis = Analysis(
                uuid.uuid4().hex, sound, self.cascade, options, self.settings.max_chunks, checkpoint, on_progress
            )
            try:
                yield analysis
            finally:
                analysis.close()

    def _checkpoint(self, cancelled: Callable[[], bool]) -> Callable[[], None]:
        limit = self.settings.max_analysis_seconds
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
