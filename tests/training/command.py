"""`python -m training`, in this process: what a command prints, and how it ends."""

from contextlib import chdir
from pathlib import Path

from typer.testing import CliRunner, Result

from training.commands.training_commands import app


def training(folder: Path, *arguments: str) -> Result:
    with chdir(folder):
        return CliRunner().invoke(app, arguments, env={"COLUMNS": "160"})
