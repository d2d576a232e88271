"""The commands of `earmark`, with their options."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer

from service.cli.answer_table import TableSink
from service.cli.classify import classify as run
from service.cli.exits import Exit
from service.cli.inputs import find_inputs
from service.cli.keys import create_key, key_file, list_keys
from service.cli.serve import Flags, with_flags
from service.cli.sink import open_sink
from service.cli.stderr import Stderr
from service.cli.stdout import Stdout, stdout_is_terminal
from service.cpus import usable_cpus
from service.errors import EarmarkError, InvalidOption
from service.formats.catalogue import FORMATS, FormatName
from service.formats.document import Detail, View
from service.http.settings import ServerSettings
from service.options import check_options
from service.settings import Settings
from service.types import Options

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Says what is in an audio file.")

OutputFormat = Literal["table", FormatName]
_DEFAULTS = Options()

ModelsDir = Annotated[Path | None, typer.Option(help="Folder of model packages and cascade.json.", show_default=False)]


@app.command()
def classify(
    paths: Annotated[
        list[Path], typer.Argument(help="Audio files, or folders to search for them.", metavar="FILES|DIRS")
    ],
    format: Annotated[  # noqa: A002 - the option's name
        OutputFormat | None,
        typer.Option(help="[default: a table on a terminal, json elsewhere]", show_default=False),
    ] = None,
    output: Annotated[
        str | None, typer.Option(help="File to write to, or folder for one file each.", metavar="FILE|DIR/")
    ] = None,
    detail: Annotated[Detail, typer.Option(help="How much of the answer to write.")] = "chunks",
    top_k: Annotated[
        int | None, typer.Option(help="Write only the k most probable labels.", show_default="all")
    ] = None,
    hop_seconds: Annotated[float, typer.Option(help="From one chunk to the next.")] = _DEFAULTS.hop_seconds,
    start_seconds: Annotated[float, typer.Option(help="Where to begin.")] = _DEFAULTS.start_seconds,
    end_seconds: Annotated[float | None, typer.Option(help="Where to stop.", show_default="the end")] = None,
    smoothing: Annotated[
        float, typer.Option(help="Cost of a change of label, in nats per chunk; 0 for none.")
    ] = _DEFAULTS.smoothing,
    min_segment_seconds: Annotated[
        float, typer.Option(help="Shorter segments go to their neighbours.")
    ] = _DEFAULTS.min_segment_seconds,
    merge_gap_seconds: Annotated[
        float, typer.Option(help="Shorter interruptions of a label are closed.")
    ] = _DEFAULTS.merge_gap_seconds,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Worker processes.", show_default="one per usable processor")
    ] = None,
    models_dir: ModelsDir = None,
) -> None:
    """Says what is in each file, chunk by chunk and on average."""
    stderr = Stderr()
    with _failing_usably(stderr):
        if format == "table" and output is not None:
            raise InvalidOption("A table is for reading; --output needs another --format, such as csv.")
        options = Options(hop_seconds, start_seconds, end_seconds, smoothing, min_segment_seconds, merge_gap_seconds)
        check_options(options)
        view = View(detail, top_k)
        settings = Settings.read(models_dir=models_dir)
        unsearched: list[str] = []

        def skip(folder: str, error: OSError) -> None:
            unsearched.append(folder)
            stderr.complain(f"{folder}: The folder could not be searched: {error.strerror}.")

        inputs = find_inputs(paths, skip)
        if not inputs:
            stderr.complain("There is no audio file in what was named.")
            raise typer.Exit(Exit.UNUSABLE)
        workers = jobs or usable_cpus()
        show_progress = stderr.console.is_terminal
        if format == "table" or (format is None and output is None and stdout_is_terminal()):
            table = TableSink(Stdout(), single=len(inputs) == 1)
            failed = run(inputs, options, settings, workers, table, stderr, show_progress=show_progress)
        else:
            if output is None and stdout_is_terminal():
                show_progress = False  # it would be drawn between the lines of the answers
            with open_sink(FORMATS[format or "json"], view, output, inputs) as sink:
                failed = run(inputs, options, settings, workers, sink, stderr, show_progress=show_progress)
    if failed and len(inputs) > 1:
        stderr.say(f"{failed} of {len(inputs)} files could not be analysed.")
    if failed or unsearched:
        raise typer.Exit(Exit.SOME_FAILED)


@app.command()
def models(models_dir: ModelsDir = None) -> None:
    """Lists the model packages."""
    from service.cli.packages import list_packages  # noqa: PLC0415 - needs ONNX Runtime, `classify` not

    with _failing_usably(Stderr()):
        list_packages(Settings.read(models_dir=models_dir).models_dir, Stdout())


@app.command()
def verify(models_dir: ModelsDir = None) -> None:
    """Checks hash, signature and golden answer of every package, and that the cascade fits them."""
    from service.cli.packages import verify_packages  # noqa: PLC0415 - as above

    with _failing_usably(Stderr()):
        broken = verify_packages(Settings.read(models_dir=models_dir).models_dir, Stdout())
    if broken:
        raise typer.Exit(Exit.SOME_FAILED)


def _serve(flags: Flags) -> None:
    """Serves over HTTP until it is asked to stop. What is set by no flag is read from EARMARK_... or the file .env."""
    from service.http.server import serve  # noqa: PLC0415 - needs the web framework, nothing else does

    with _failing_usably(Stderr()):
        finished = serve(ServerSettings.read(**flags))
    if not finished:
        raise typer.Exit(Exit.STOPPED)


app.command("serve")(with_flags(_serve))

KeysFile = Annotated[Path | None, typer.Option(help="File of keys; or EARMARK_KEYS_FILE.", show_default=False)]
KeyName = Annotated[str, typer.Argument(help="Whose key it is, for logs and limits.", metavar="NAME")]
key = typer.Typer(no_args_is_help=True, help="Makes, lists and removes API keys; a running server follows at once.")
app.add_typer(key, name="key")


@key.command("create")
def create(name: KeyName, keys_file: KeysFile = None) -> None:
    """Makes a key and shows it, this once."""
    with _failing_usably(Stderr()):
        create_key(key_file(keys_file), name, Stdout(), Stderr())


@key.command("list")
def list_(keys_file: KeysFile = None) -> None:
    """Names the keys that there are."""
    with _failing_usably(Stderr()):
        list_keys(key_file(keys_file), Stdout())


@key.command("remove")
def remove(name: KeyName, keys_file: KeysFile = None) -> None:
    """From now on the key opens nothing."""
    with _failing_usably(Stderr()):
        key_file(keys_file).remove(name)


@contextmanager
def _failing_usably(stderr: Stderr) -> Iterator[None]:
    """An error that concerns the whole call becomes a sentence and exit status 2; Ctrl-C a word and 130."""
    try:
        yield
    except EarmarkError as error:
        stderr.complain(f"{error.title}. {error.detail}")
        raise typer.Exit(Exit.UNUSABLE) from None
    except KeyboardInterrupt:
        stderr.say("Stopped.")
        raise typer.Exit(Exit.STOPPED) from None
