"""How far a library has come: a bar on a terminal, elsewhere a line now and then."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console

from service.cli.clock import whole_clock
from service.cli.progress import bars
from service.cli.stderr import Stderr
from service.library.run import Tally

LINE_SECONDS = 30.0
"""Between two lines of a log."""
_BAR_SECONDS = 0.1


def library_progress(stderr: Stderr) -> "LibraryBar | LibraryLines":
    return LibraryBar(stderr.console) if stderr.console.is_terminal else LibraryLines(stderr)


class LibraryBar:
    """Without an end, and without a time that is left, until all files are listed."""

    def __init__(self, console: Console) -> None:
        self._progress = bars(console)
        self._task = self._progress.add_task("listing", total=None)
        self._shown = 0.0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, tally: Tally) -> None:
        if time.monotonic() - self._shown >= _BAR_SECONDS:
            self._shown = time.monotonic()
            total = tally.to_do if tally.is_all_known else None
            failed = f", {tally.failed} failed" if tally.failed else ""
            self._progress.update(self._task, completed=tally.done, total=total, description=f"files{failed}")


class LibraryLines:
    def __init__(self, stderr: Stderr) -> None:
        self._stderr = stderr
        self._started = self._shown = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def show(self, tally: Tally) -> None:
        now = time.monotonic()
        if now - self._shown >= LINE_SECONDS:
            self._shown = now
            self._stderr.say(_line(tally, now - self._started))


def _line(tally: Tally, seconds: float) -> str:
    line = f"{tally.done} of {tally.to_do}{'' if tally.is_all_known else ' or more'} files, {tally.failed} failed"
    if not (tally.is_all_known and tally.done):
        return f"{line}."
    return f"{line}, {whole_clock(seconds * (tally.to_do - tally.done) / tally.done)} left."
