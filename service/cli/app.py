"""The commands of `earmark`."""

from typing import Annotated

import typer

from service.cli.classify_command import classify_command
from service.cli.command_group import CommandGroup
from service.cli.exits import Exit
from service.cli.failing import failing_usably
from service.cli.key_commands import key
from service.cli.library import library_command
from service.cli.models_dir import ModelsDir
from service.cli.serve import Flags, run_server, with_flags
from service.cli.stderr import Stderr
from service.cli.stdout import Stdout
from service.http.settings import ServerSettings
from service.settings import Settings

app = typer.Typer(cls=CommandGroup, no_args_is_help=True, help="Says what is in an audio file.")

app.command("classify")(classify_command)
app.command("library")(library_command)


@app.command()
def models(models_dir: ModelsDir = None) -> None:
    """Lists the model packages."""
    from service.cli.packages import list_packages  # noqa: PLC0415 - needs ONNX Runtime, `classify` not

    with failing_usably(Stderr()):
        list_packages(Settings.read(models_dir=models_dir).models_dir, Stdout())


@app.command()
def verify(models_dir: ModelsDir = None) -> None:
    """Checks hash, signature and golden answer of every package, and that the cascade fits them."""
    from service.cli.packages import verify_packages  # noqa: PLC0415 - as above

    with failing_usably(Stderr()):
        broken = verify_packages(Settings.read(models_dir=models_dir).models_dir, Stdout())
    if broken:
        raise typer.Exit(Exit.SOME_FAILED)


@app.command("doctor")
def doctor_command(
    models_dir: ModelsDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")] = False,
) -> None:
    """Examines what this machine can decode, models, settings, memory, port and extras. Changes nothing."""
    from service.cli.doctor.command import doctor  # noqa: PLC0415 - as above

    with failing_usably(Stderr()):
        broken = doctor(models_dir, Stdout(), as_json=as_json)
    if broken:
        raise typer.Exit(Exit.SOME_FAILED)


def _serve(flags: Flags) -> None:
    """Serves over HTTP until it is asked to stop. What is set by no flag is read from EARMARK_... or the file .env."""
    with failing_usably(Stderr()):
        finished = run_server(ServerSettings.read(**flags))
    if not finished:
        raise typer.Exit(Exit.STOPPED)


app.command("serve")(with_flags(_serve))
app.add_typer(key, name="key")
