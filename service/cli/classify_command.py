"""`earmark classify`: its options, and which way they lead."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli import shared_options as shared
from service.cli.exits import Exit, Stderr, failing_usably
from service.cpus import usable_cpus
from service.errors import InvalidOption
from service.formats.document import Detail, View
from service.options import DEFAULTS, check_options
from service.types import Options


def classify_command(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Audio files, or folders to search for them.", metavar="FILES|DIRS")
    ] = None,
    format: Annotated[  # noqa: A002 - the option's name
        shared.OutputFormat | None,
        typer.Option(help="[default: a table on a terminal, json elsewhere]", show_default=False),
    ] = None,
    output: Annotated[
        str | None, typer.Option(help="File to write to, or folder for one file each.", metavar="FILE|DIR/")
    ] = None,
    detail: Annotated[Detail, typer.Option(help="How much of the answer to write.")] = "chunks",
    top_k: Annotated[
        int | None, typer.Option(help="Write only the k most probable labels and tags.", show_default="all; 10 tags")
    ] = None,
    hop_seconds: shared.HopSeconds = DEFAULTS.hop_seconds,
    start_seconds: shared.StartSeconds = DEFAULTS.start_seconds,
    end_seconds: shared.EndSeconds = DEFAULTS.end_seconds,
    smoothing: shared.Smoothing = DEFAULTS.smoothing,
    min_segment_seconds: shared.MinSegmentSeconds = DEFAULTS.min_segment_seconds,
    merge_gap_seconds: shared.MergeGapSeconds = DEFAULTS.merge_gap_seconds,
    peaks_per_second: shared.PeaksPerSecond = DEFAULTS.peaks_per_second,
    watch: Annotated[
        Path | None,
        typer.Option(help="Wait for files in this folder, and classify each once it is whole.", metavar="DIR"),
    ] = None,
    existing: Annotated[
        bool, typer.Option("--existing", help="With --watch: also the files that are there already.")
    ] = False,
    jobs: shared.Jobs = None,
    models_dir: shared.ModelsDir = None,
) -> None:
    """Says what is in each file, chunk by chunk and on average."""
    stderr = Stderr()
    with failing_usably(stderr):
        options = Options(
            hop_seconds,
            start_seconds,
            end_seconds,
            smoothing,
            min_segment_seconds,
            merge_gap_seconds,
            peaks_per_second,
        )
        check_options(options)
        if format == "table" and output is not None:
            raise InvalidOption("A table is for reading; --output needs another --format, such as csv.")
        from service.cli.classify_run import Wanted, classify_files, wait_for_files  # noqa: PLC0415 - takes time

        wanted = Wanted(format, output, View(detail, top_k), options, models_dir, jobs or usable_cpus())
        if watch:
            if paths:
                raise InvalidOption("--watch waits for files in its folder; leave out the files, or --watch.")
            status = wait_for_files(watch, wanted, stderr, existing=existing)
        elif existing:
            raise InvalidOption("--existing goes with --watch DIR; without it, just name the folder.")
        elif not paths:
            stderr.complain("Which sound? Name audio files or folders: earmark classify song.mp3 Music/")
            status = Exit.UNUSABLE
        else:
            status = classify_files(paths, wanted, stderr)
    raise typer.Exit(status)
