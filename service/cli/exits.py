"""How a command ends: its exit status, and what it says on stderr."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import typer
from rich.console import Console

from service.errors import EarmarkError, InvalidOption, InvalidSettings, ModelError
from service.formats.caption import one_line


class Exit(IntEnum):
    """The exit statuses of the command, for scripts."""

    OK = 0
    SOME_FAILED = 1
    """Some files could not be analysed, or some packages failed their checks; the others could."""
    UNUSABLE = 2
    """Wrong arguments, a wrong setting, no models: nothing was tried. Or the answer could not be written."""
    STOPPED = 130
    """By Ctrl-C; shells report this status for a program that it ended."""


class Stderr:
    """Sentences, each on a line of its own. The name of a file cannot move the cursor or change colours."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, soft_wrap=True, markup=False, emoji=False, highlight=False)

    def say(self, sentence: str, style: str | None = None) -> None:
        self.console.print(one_line(sentence), style=style)

    def complain(self, sentence: str) -> None:
        self.say(sentence, style="red")


@contextmanager
def failing_usably(stderr: Stderr) -> Iterator[None]:
    """An error that concerns the whole call becomes a sentence and exit status 2; Ctrl-C becomes a word and 130."""
    try:
        yield
    except EarmarkError as error:
        stderr.complain(_sentence(error))
        if isinstance(error, ModelError):
            stderr.say("`earmark doctor` says which folder that is, and what is wrong with it.")
        raise typer.Exit(Exit.UNUSABLE) from None
    except KeyboardInterrupt:
        stderr.say("Stopped.")
        raise typer.Exit(Exit.STOPPED) from None


def _sentence(error: EarmarkError) -> str:
    """The detail of a wrong option or setting names it: a general title before it would only be in the way."""
    if isinstance(error, InvalidOption | InvalidSettings):
        return error.detail
    return f"{error.title}. {error.detail}"


@contextmanager
def output_errors(name: str) -> Iterator[None]:
    """An OSError becomes an InvalidOption about `name`. BrokenPipeError stays: the reader has seen enough."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise InvalidOption(f"{name} cannot be written: {error.strerror}.") from None
