"""The commands of `python -m training`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from service.cpus import usable_cpus
from training.commands.inspection_table import print_inspection
from training.commands.make import evaluate, make
from training.commands.progress import progress_bar
from training.commands.search import search
from training.corpora.catalogue import read_corpus
from training.corpora.corpus import CorpusError
from training.inspection.inspection import inspect

app = typer.Typer(no_args_is_help=True, add_completion=False, help="From folders of sound to model packages.")


@app.callback()
def training() -> None:
    """From folders of sound to model packages."""


@app.command()
def check(
    data: Annotated[Path, typer.Argument(help="Folder of a corpus, in any of the known layouts.")],
    jobs: Annotated[int | None, typer.Option(min=1, help="Worker processes.", show_default="all processors")] = None,
) -> None:
    """Prints classes, groups, durations, rates, broken files, copies, and what would leak."""
    errors = Console(stderr=True)
    try:
        corpus = read_corpus(data)
    except CorpusError as error:
        errors.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    with progress_bar(errors, "listening", len(corpus.clips)) as advance:
        inspection = inspect(corpus, jobs or usable_cpus(), advance)
    print_inspection(inspection, Console())
    if corpus.missing or inspection.broken:
        raise typer.Exit(1)


app.command()(evaluate)
app.command()(make)
app.command()(search)
