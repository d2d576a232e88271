"""How far a run has come: a bar on a terminal. A library also gets a line now and then where there is no terminal."""

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from service import types
from service.cli.exits import Stderr
from service.cli.readable import whole_clock
from service.formats.caption import one_line

if TYPE_CHECKING:
    from service.library.run_library import Tally

LINE_SECONDS = 30.0
"""Between two lines of a log."""
_BAR_SECONDS = 0.1


def _bars(console: Console) -> Progress:
    """Gone from the screen when they end."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )


class ProgressBar:
    """Shown on stderr while files are analysed, gone afterwards."""

    def __init__(self, console: Console, files: int) -> None:
        self._progress = _bars(console)
        self._all = self._progress.add_task("files", total=files)
        self._under_way: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def move(self, name: str, progress: types.Progress) -> None:
        if name not in self._under_way:
            self._under_way[name] = self._progress.add_task(one_line(name), total=None)
        total = progress.total_seconds and round(progress.total_seconds)
        self._progress.update(self._under_way[name], completed=round(progress.done_seconds), total=total)

    def done(self, name: str) -> None:
        if name in self._under_way:
            self._progress.remove_task(self._under_way.pop(name))
        self._progress.advance(self._all)


def library_progress(stderr: Stderr) -> "LibraryBar | LibraryLines":
    return LibraryBar(stderr.console) if stderr.console.is_terminal else LibraryLines(stderr)


class LibraryBar:
    """Until all files are listed, the bar has no end and shows no time that is left."""

    def __init__(self, console: Console) -> None:
        self._progress = _bars(console)
        self._task = self._progress.add_task("listing", total=None)
        self._shown = 0.0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, tally: "Tally") -> None:
        if time.monotonic() - self._shown >= _BAR_SECONDS:
            self._shown = time.monotonic()
            total = tally.to_do if tally.is_all_known else None
            failed = f", {tally.failed} failed" if tally.failed else ""
            self._progress.update(self._task, completed=tally.done, total=total, description=f"files{failed}")


class LibraryLines:
    """For a log: a line every LINE_SECONDS."""

    def __init__(self, stderr: Stderr) -> None:
        self._stderr = stderr
        self._started = self._shown = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def show(self, tally: "Tally") -> None:
        now = time.monotonic()
        if now - self._shown >= LINE_SECONDS:
            self._shown = now
            self._stderr.say(_line(tally, now - self._started))


def _line(tally: "Tally", seconds: float) -> str:
    line = f"{tally.done} of {tally.to_do}{'' if tally.is_all_known else ' or more'} files, {tally.failed} failed"
    if not (tally.is_all_known and tally.done):
        return f"{line}."
    return f"{line}, {whole_clock(seconds * (tally.to_do - tally.done) / tally.done)} left."
