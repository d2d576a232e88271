"""`python -m training`, in this process: what a command prints, and how it ends."""

from contextlib import chdir
from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from training.commands.app import app


def training(folder: Path, *arguments: str) -> Result:
    with chdir(folder):
        return CliRunner().invoke(app, arguments, env={"COLUMNS": "160"})
