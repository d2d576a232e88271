"""`earmark key`: makes, lists and removes API keys; a running server follows within a second."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.exits import Stderr, failing_usably
from service.cli.plain_help import PlainCommand, PlainGroup
from service.cli.readable import add_row, plain_table
from service.cli.stdout import Stdout
from service.errors import InvalidOption
from service.http.api_keys import KeyFile, new_secret
from service.http.server_settings import ServerSettings

KeysFile = Annotated[Path | None, typer.Option(help="File of keys; or EARMARK_KEYS_FILE.", show_default=False)]
KeyName = Annotated[str, typer.Argument(help="Whose key it is, for logs and limits.", metavar="NAME")]

key = typer.Typer(
    cls=PlainGroup, no_args_is_help=True, help="Makes, lists and removes API keys; a running server follows at once."
)


@key.command("create", cls=PlainCommand)
def create(name: KeyName, keys_file: KeysFile = None) -> None:
    """Makes a key and shows it once."""
    with failing_usably(Stderr()):
        _create_key(_key_file(keys_file), name, Stdout(), Stderr())


@key.command("list", cls=PlainCommand)
def list_(keys_file: KeysFile = None) -> None:
    """Lists the names of all keys."""
    with failing_usably(Stderr()):
        _list_keys(_key_file(keys_file), Stdout())


@key.command("remove", cls=PlainCommand)
def remove(name: KeyName, keys_file: KeysFile = None) -> None:
    """Removes a key: requests with it are refused from now on."""
    with failing_usably(Stderr()):
        _key_file(keys_file).remove(name)


def _key_file(path: Path | None) -> KeyFile:
    """Raises InvalidOption, InvalidSettings."""
    chosen = ServerSettings.read(keys_file=path).keys_file
    if chosen is None:
        raise InvalidOption("Which file of keys? Name it with --keys-file or EARMARK_KEYS_FILE.")
    return KeyFile(chosen)


def _create_key(file: KeyFile, name: str, stdout: Stdout, stderr: Stderr) -> None:
    """The key alone goes to stdout, so that it can be piped to where it is kept."""
    secret = new_secret()
    file.add(name, secret)
    stdout.write(f"{secret}\n")
    stderr.say("Keep it well: it is shown only now. The file has only its hash.")


def _list_keys(file: KeyFile, stdout: Stdout) -> None:
    table = plain_table("name", "created")
    for entry in file.entries():
        add_row(table, entry.name, entry.created)
    stdout.show(table)
