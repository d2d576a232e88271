"""The commands' classes: help in plain words, and a hint for those who name a sound in the place of a command."""

import os
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

from service.cli.exits import Exit, Stderr

_KINDS = {
    "<bool>": "",
    "<int>": "INTEGER",
    "<int range>": "INTEGER",
    "<float>": "NUMBER",
    "<float range>": "NUMBER",
    "<path>": "PATH",
    "<str>": "TEXT",
}
"""What typer calls a kind of value, and what `--help` says instead: the words that `serve` has, too."""


class _PlainHelp:
    """Typer keeps the types of contexts and parameters to itself."""

    def get_params(self, ctx: Any) -> Any:
        parameters = super().get_params(ctx)  # type: ignore[misc]
        for one in parameters:
            kind = "" if isinstance(one, TyperArgument) else one.metavar  # the name of an argument says enough
            if kind is None and hasattr(one, "display_type"):
                shown = one.display_type(ctx)
                kind = _KINDS.get(shown, shown.strip("<>"))
            one.display_type_rich = _saying(kind)
        return parameters


def _saying(kind: str | None) -> Any:
    return lambda ctx: kind  # noqa: ARG005 - typer gives it by name


class PlainCommand(_PlainHelp, TyperCommand):
    """A command whose help names kinds of values as people do."""


class PlainGroup(_PlainHelp, TyperGroup):
    """A group of such commands."""


class CommandGroup(PlainGroup):
    """All commands of `earmark`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        word = args[0]
        if self.get_command(ctx, word) is None and os.path.exists(word):  # noqa: PTH110 - Path.exists raises
            kind = "folder" if os.path.isdir(word) else "file"  # noqa: PTH112 - as above
            Stderr().complain(f"{word} is a {kind}, not a command. Did you mean `earmark classify {word}`?")
            raise typer.Exit(Exit.UNUSABLE)
        return super().resolve_command(ctx, args)
