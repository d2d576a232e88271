"""`training check`: what a corpus holds, and what is wrong with it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from service.cpus import usable_cpus
from training.commands.errors import told_plainly
from training.commands.inspection_table import print_inspection
from training.commands.options import Jobs
from training.corpora.catalogue import read_corpus
from training.corpora.corpus import joined
from training.inspection.inspection import inspect
from training.progress import progress_bar


def check(
    data: Annotated[
        list[Path], typer.Argument(help="Folders of corpora, in any of the known layouts; looked at together.")
    ],
    jobs: Jobs = None,
) -> None:
    """Prints classes, groups, durations, rates, broken files, copies, and what would leak."""
    errors = Console(stderr=True)
    with told_plainly(errors):
        corpus = joined([read_corpus(folder) for folder in data])
    with progress_bar(errors, "listening", len(corpus.clips)) as advance:
        inspection = inspect(corpus, jobs or usable_cpus(), advance)
    print_inspection(inspection, Console())
    if corpus.missing or inspection.broken or inspection.damaged:
        raise typer.Exit(1)
