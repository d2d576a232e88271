"""The commands of `earmark`."""

from importlib.metadata import version
from typing import Annotated

import typer

from service.cli.classify_command import classify_command
from service.cli.exits import Exit, Stderr, failing_usably
from service.cli.key_commands import key
from service.cli.library_command import library_command
from service.cli.plain_help import CommandGroup, PlainCommand
from service.cli.serve_command import serve_command
from service.cli.shared_options import ModelsDir
from service.cli.stdout import Stdout
from service.settings import Settings

app = typer.Typer(cls=CommandGroup, no_args_is_help=True)


def _show_version(asked: bool) -> None:
    if asked:
        with failing_usably(Stderr()):
            Stdout().write(f"earmark {version('earmark')}\n")
        raise typer.Exit(Exit.OK)


@app.callback()
def earmark(
    _: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Says what is in an audio file."""


app.command("classify", cls=PlainCommand)(classify_command)
app.command("library", cls=PlainCommand)(library_command)


@app.command(cls=PlainCommand)
def models(models_dir: ModelsDir = None) -> None:
    """Lists the model packages."""
    from service.cli.model_packages import list_packages  # noqa: PLC0415 - needs ONNX Runtime, `classify` not

    with failing_usably(Stderr()):
        list_packages(Settings.read(models_dir=models_dir).models_dir, Stdout())


@app.command(cls=PlainCommand)
def verify(models_dir: ModelsDir = None) -> None:
    """Checks hash, signature and golden answer of every package, and that the cascade fits them."""
    from service.cli.model_packages import verify_packages  # noqa: PLC0415 - as above

    with failing_usably(Stderr()):
        broken = verify_packages(Settings.read(models_dir=models_dir).models_dir, Stdout())
    if broken:
        raise typer.Exit(Exit.SOME_FAILED)


@app.command("doctor", cls=PlainCommand)
def doctor_command(
    models_dir: ModelsDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")] = False,
) -> None:
    """Examines what this machine can decode, models, settings, memory, port and extras. Changes nothing."""
    from service.cli.doctor import doctor  # noqa: PLC0415 - as above

    with failing_usably(Stderr()):
        broken = doctor(models_dir, Stdout(), as_json=as_json)
    if broken:
        raise typer.Exit(Exit.SOME_FAILED)


app.command("serve", cls=PlainCommand)(serve_command)
app.add_typer(key, name="key")
