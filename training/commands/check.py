"""`training check`: what a corpus holds, and what is wrong with it, as tables for a terminal."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from service.cpus import usable_cpus
from training.commands.command_line import Jobs, told_plainly
from training.corpora.corpus import joined
from training.corpora.layouts import read_corpus
from training.inspection.inspection import Inspection, inspect
from training.inspection.leaks import FOLDS, SLICE_SECONDS, find_leaks
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
    _print_inspection(inspection, Console())
    if corpus.missing or inspection.broken or inspection.damaged:
        raise typer.Exit(1)


def _print_inspection(inspection: Inspection, console: Console) -> None:
    corpus = inspection.corpus
    clips, groups = len(inspection.sound), len({clip.group for clip in inspection.sound})
    hours = sum(one.seconds for one in inspection.fingerprints) / 3600
    rates = ", ".join(f"{rate} Hz ({count})" for rate, count in inspection.sample_rates.most_common())
    console.print(f"{corpus.name}: {clips} clips in {groups} groups, {hours:.2f} h at {rates}", highlight=False)
    console.print(_labels(inspection))
    _list(console, "listed, but not there", [str(path) for path in corpus.missing])
    _list(console, "not decodable", [f"{clip.path}: {reason}" for clip, reason in inspection.broken])
    _list(console, "damaged", [f"{clip.path}: {damage}" for clip, damage in inspection.damaged])
    _list(console, "the same recording in two groups; a split by group would leak", _copies(inspection))
    _print_leaks(inspection, console)


def _labels(inspection: Inspection) -> Table:
    table = Table("label", "clips", "groups", "minutes", box=None, header_style="bold")
    for label, count in sorted(inspection.clips_per_label.items()):
        minutes = inspection.seconds_of(label) / 60
        table.add_row(escape(label), str(count), str(inspection.groups_of(label)), f"{minutes:.1f}")
    return table


def _print_leaks(inspection: Inspection, console: Console) -> None:
    leaks = find_leaks(inspection)
    table = Table("split", "clips", "groups", "copies", box=None, header_style="bold")
    for leak in leaks.of_splits:
        style = "red" if leak.groups or leak.copies else "green"
        table.add_row(escape(leak.split), str(leak.clips), str(leak.groups), str(leak.copies), style=style)
    console.print(f"\nOn both sides of a split (slices are {SLICE_SECONDS:g} s long):", highlight=False)
    console.print(table)
    if leaks.rare:
        rare = f"fewer than {FOLDS} groups, so in official folds only: {', '.join(leaks.rare)}"
        console.print(f"{len(leaks.rare)} labels have {rare}", style="yellow", highlight=False, markup=False)


def _copies(inspection: Inspection) -> list[str]:
    return [
        f"{copy.first.path.name} ({copy.first.label}) = {copy.second.path.name} ({copy.second.label})"
        + (", byte by byte" if copy.is_exact else f", similarity {copy.similarity:.4f}")
        for copy in inspection.copies
    ]


def _list(console: Console, title: str, rows: list[str]) -> None:
    if not rows:
        return
    console.print(f"\n{len(rows)} {title}:", style="yellow", highlight=False)
    for row in rows:
        console.print(f"  {row}", highlight=False, markup=False, soft_wrap=True)
