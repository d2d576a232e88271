"""Bars on the terminal for whatever takes long: how many are done, and when it will be over."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from training.fit.curve import Epoch


@contextmanager
def progress_bar(console: Console, title: str, total: int) -> Iterator[Callable[[object], None]]:
    """Gives a function to be called with each of `total` things when it is done; the bar is gone afterwards."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(title, total=total)
        yield lambda _: progress.advance(task)


class FitProgress:
    """A bar for every fit: how many epochs are done, how they go, and when it will be over."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def on_epoch(self, fit: str, epochs: int, epoch: Epoch) -> None:
        if fit not in self._tasks:
            self._tasks[fit] = self._progress.add_task(fit, total=epochs, numbers="")
        self._progress.update(self._tasks[fit], completed=epoch.number, numbers=_numbers(epoch))


@contextmanager
def fit_progress(console: Console) -> Iterator[FitProgress]:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[numbers]}", markup=False),
    )
    with Progress(*columns, console=console) as progress:
        yield FitProgress(progress)


def _numbers(epoch: Epoch) -> str:
    parts = {
        "loss": epoch.train_loss,
        "right": epoch.train_score,
        "validation loss": epoch.validation_loss,
        "right there": epoch.validation_score,
    }
    return ", ".join(f"{name} {value:.3f}" for name, value in parts.items() if value is not None)
