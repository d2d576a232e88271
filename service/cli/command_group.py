"""The list of commands, and a hint for who names a sound in the place of one."""

import os
from typing import Any

import typer
from typer.core import TyperGroup

from service.cli.exits import Exit
from service.cli.stderr import Stderr


class CommandGroup(TyperGroup):
    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Commands are of types that typer keeps to itself."""
        if self.get_command(ctx, args[0]) is None and os.path.exists(args[0]):  # noqa: PTH110 - Path.exists raises
            Stderr().complain(f"{args[0]} is no command. To hear what is in it: earmark classify {args[0]}")
            raise typer.Exit(Exit.UNUSABLE)
        return super().resolve_command(ctx, args)
