"""`training features`: whether sound has the features that were published for it."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from service.cpus import usable_cpus
from service.errors import EarmarkError
from training.cache.worker_processes import in_workers, reason_of
from training.commands.command_line import Data, Faults, Jobs, told_plainly
from training.corpora.corpus import usable_clips
from training.corpora.layouts import read_corpus
from training.progress import progress_bar
from training.tabular.agreement import Agreement, Differences, agreement, song_differences, songs_of
from training.tabular.feature_table import PublishedRow


def features(
    csv: Annotated[Path, typer.Argument(help="Table as published for GTZAN, with a row for each song.")],
    data: Data,
    jobs: Jobs = None,
    faults: Faults = "refuse",
) -> None:
    """Compares hand-crafted features of sound with a published table, feature by feature."""
    errors = Console(stderr=True)
    with told_plainly(errors):
        published = songs_of(csv)
        corpora = [read_corpus(folder) for folder in data]
        clips = [clip for corpus in corpora for clip in corpus.clips if clip.path.stem in published]
        missing = [path for corpus in corpora for path in corpus.missing if path.stem in published]
        heard = _heard([clip.path for clip in clips], published, jobs or usable_cpus(), errors)
        broken = {path: reason_of(one) for path, one in heard.items() if isinstance(one, EarmarkError)}
        usable = usable_clips(clips, missing, broken, faults)
        if usable.report:
            errors.print(usable.report, style="yellow", markup=False, soft_wrap=True)
        found = agreement([one for one in heard.values() if not isinstance(one, EarmarkError)])
    print_agreement(found, Console())


def print_agreement(found: Agreement, console: Console) -> None:
    table = Table("feature", "median difference", box=None, header_style="bold")
    for name, difference in found.differences.items():
        table.add_row(name, f"{difference:.2%}")
    table.add_row("median feature", f"{found.median:.2%}", style="bold")
    console.print(table)
    console.print(
        f"{found.songs} songs compared; {found.other_length} are not as long as the table says.", markup=False
    )


def _heard(
    paths: Sequence[Path], published: Mapping[str, PublishedRow], workers: int, console: Console
) -> dict[Path, Differences | EarmarkError | None]:
    songs, heard = [(path, published[path.stem]) for path in paths], {}
    with (
        progress_bar(console, "listening", len(paths)) as advance,
        closing(in_workers(song_differences, songs, workers)) as answers,
    ):
        for path, answer in zip(paths, answers, strict=True):
            heard[path] = answer
            advance(path)
    return heard
