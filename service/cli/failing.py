"""How a command ends when it cannot do what was asked."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from service.cli.exits import Exit
from service.cli.stderr import Stderr
from service.errors import EarmarkError, ModelError


@contextmanager
def failing_usably(stderr: Stderr) -> Iterator[None]:
    """An error that concerns the whole call becomes a sentence and exit status 2; Ctrl-C a word and 130."""
    try:
        yield
    except EarmarkError as error:
        stderr.complain(f"{error.title}. {error.detail}")
        if isinstance(error, ModelError):
            stderr.say("`earmark doctor` says which folder that is, and what is wrong with it.")
        raise typer.Exit(Exit.UNUSABLE) from None
    except KeyboardInterrupt:
        stderr.say("Stopped.")
        raise typer.Exit(Exit.STOPPED) from None
