"""The commands of `earmark`, with their options."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from service.cli.classify import classify as run
from service.cli.exits import Exit
from service.cli.inputs import find_inputs
from service.cli.sink import open_sink
from service.cli.tables import TableSink, models_table
from service.cpus import usable_cpus
from service.errors import BrokenPackage, EarmarkError
from service.formats.catalogue import FORMATS, FormatName
from service.formats.document import Detail, View
from service.inference.cascade import Cascade
from service.inference.store import HOW_TO_GET, ModelStore
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
    output: Annotated[Path | None, typer.Option(help="File to write to, or folder for one file each.")] = None,
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
    errors = Console(stderr=True, soft_wrap=True)
    with _failing_usably(errors):
        options = Options(hop_seconds, start_seconds, end_seconds, smoothing, min_segment_seconds, merge_gap_seconds)
        settings = Settings.read(models_dir=models_dir)
        inputs = find_inputs(paths)
        if not inputs:
            errors.print("There is no audio file in what was named.", style="red")
            raise typer.Exit(Exit.UNUSABLE)
        workers = jobs or usable_cpus()
        if format == "table" or (format is None and output is None and sys.stdout.isatty()):
            failed = run(inputs, options, settings, workers, TableSink(Console(), single=len(inputs) == 1), errors)
        else:
            form = FORMATS[format or "json"]
            with open_sink(form, View(detail, top_k), output, inputs, sys.stdout) as sink:
                failed = run(inputs, options, settings, workers, sink, errors)
    if failed:
        if len(inputs) > 1:
            errors.print(f"{failed} of {len(inputs)} files could not be analysed.", highlight=False)
        raise typer.Exit(Exit.SOME_FAILED)


@app.command()
def models(models_dir: ModelsDir = None) -> None:
    """Lists the model packages."""
    errors = Console(stderr=True, soft_wrap=True)
    with _failing_usably(errors):
        packages = ModelStore(Settings.read(models_dir=models_dir).models_dir).packages()
        if not packages:
            errors.print(f"The models folder holds no package. {HOW_TO_GET}", highlight=False)
            raise typer.Exit(Exit.UNUSABLE)
        Console().print(models_table(packages))


@app.command()
def verify(models_dir: ModelsDir = None) -> None:
    """Checks hash, signature and golden answer of every package, and that the cascade fits them."""
    console = Console(soft_wrap=True)
    broken = 0
    with _failing_usably(Console(stderr=True, soft_wrap=True)):
        store = ModelStore(Settings.read(models_dir=models_dir).models_dir)
        for package in store.packages():
            try:
                if isinstance(package, BrokenPackage):
                    raise package
                package.load()
                console.print(f"{package.reference}: ok", highlight=False)
            except BrokenPackage as error:
                broken += 1
                console.print(error.detail, style="red", highlight=False, markup=False)
        if not broken:
            Cascade.load(store)
            console.print("cascade.json: ok", highlight=False)
    if broken:
        raise typer.Exit(Exit.SOME_FAILED)


@contextmanager
def _failing_usably(errors: Console) -> Iterator[None]:
    """An error that concerns the whole call becomes a sentence and exit status 2."""
    try:
        yield
    except EarmarkError as error:
        errors.print(f"{error.title}. {error.detail}", style="red", markup=False, highlight=False)
        raise typer.Exit(Exit.UNUSABLE) from None
