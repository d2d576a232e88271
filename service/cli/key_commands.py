"""`earmark key`: its commands, with their options."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.failing import failing_usably
from service.cli.keys import create_key, key_file, list_keys
from service.cli.stderr import Stderr
from service.cli.stdout import Stdout

KeysFile = Annotated[Path | None, typer.Option(help="File of keys; or EARMARK_KEYS_FILE.", show_default=False)]
KeyName = Annotated[str, typer.Argument(help="Whose key it is, for logs and limits.", metavar="NAME")]

key = typer.Typer(no_args_is_help=True, help="Makes, lists and removes API keys; a running server follows at once.")


@key.command("create")
def create(name: KeyName, keys_file: KeysFile = None) -> None:
    """Makes a key and shows it, this once."""
    with failing_usably(Stderr()):
        create_key(key_file(keys_file), name, Stdout(), Stderr())


@key.command("list")
def list_(keys_file: KeysFile = None) -> None:
    """Names the keys that there are."""
    with failing_usably(Stderr()):
        list_keys(key_file(keys_file), Stdout())


@key.command("remove")
def remove(name: KeyName, keys_file: KeysFile = None) -> None:
    """From now on the key opens nothing."""
    with failing_usably(Stderr()):
        key_file(keys_file).remove(name)
