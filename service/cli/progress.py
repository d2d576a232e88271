"""A bar on the terminal: files done, and how far the files under way have come."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from service import types
from service.formats.caption import one_line


def bars(console: Console) -> Progress:
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
        self._progress = bars(console)
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
