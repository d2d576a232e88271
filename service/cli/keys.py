"""`earmark key`: API keys are made, listed and removed; a running server follows within a second."""

from pathlib import Path

from service.cli.plain_table import add_row, plain_table
from service.cli.stderr import Stderr
from service.cli.stdout import Stdout
from service.errors import InvalidOption
from service.http.keys.key_file import KeyFile
from service.http.keys.secret import new_secret
from service.http.settings import ServerSettings


def key_file(path: Path | None) -> KeyFile:
    """Raises InvalidOption, InvalidSettings."""
    chosen = ServerSettings.read(keys_file=path).keys_file
    if chosen is None:
        raise InvalidOption("Which file of keys? Name it with --keys-file or EARMARK_KEYS_FILE.")
    return KeyFile(chosen)


def create_key(file: KeyFile, name: str, stdout: Stdout, stderr: Stderr) -> None:
    """The key alone goes to stdout, so that it can be piped to where it is kept."""
    secret = new_secret()
    file.add(name, secret)
    stdout.write(f"{secret}\n")
    stderr.say("Keep it well: it is shown only now, the file has nothing but its hash.")


def list_keys(file: KeyFile, stdout: Stdout) -> None:
    table = plain_table("name", "created")
    for entry in file.entries():
        add_row(table, entry.name, entry.created)
    stdout.show(table)
