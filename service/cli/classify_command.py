"""`earmark classify`: its options, and which way they lead."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.exits import Exit, Stderr, failing_usably
from service.cli.shared_options import (
    DEFAULTS,
    EndSeconds,
    HopSeconds,
    Jobs,
    MergeGapSeconds,
    MinSegmentSeconds,
    ModelsDir,
    OutputFormat,
    Smoothing,
    StartSeconds,
)
from service.cpus import usable_cpus
from service.errors import InvalidOption
from service.formats.document import Detail, View
from service.options import check_options
from service.types import Options


def classify_command(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Audio files, or folders to search for them.", metavar="FILES|DIRS")
    ] = None,
    format: Annotated[  # noqa: A002 - the option's name
        OutputFormat | None,
        typer.Option(help="[default: a table on a terminal, json elsewhere]", show_default=False),
    ] = None,
    output: Annotated[
        str | None, typer.Option(help="File to write to, or folder for one file each.", metavar="FILE|DIR/")
    ] = None,
    detail: Annotated[Detail, typer.Option(help="How much of the answer to write.")] = "chunks",
    top_k: Annotated[
        int | None, typer.Option(help="Write only the k most probable labels and tags.", show_default="all; 10 tags")
    ] = None,
    hop_seconds: HopSeconds = DEFAULTS.hop_seconds,
    start_seconds: StartSeconds = DEFAULTS.start_seconds,
    end_seconds: EndSeconds = DEFAULTS.end_seconds,
    smoothing: Smoothing = DEFAULTS.smoothing,
    min_segment_seconds: MinSegmentSeconds = DEFAULTS.min_segment_seconds,
    merge_gap_seconds: MergeGapSeconds = DEFAULTS.merge_gap_seconds,
    peaks_per_second: Annotated[
        int, typer.Option(help="Values a second of a waveform overview, in json and ndjson.", show_default="none")
    ] = DEFAULTS.peaks_per_second,
    watch: Annotated[
        Path | None,
        typer.Option(help="Wait for files in this folder, and classify each once it is whole.", metavar="DIR"),
    ] = None,
    existing: Annotated[
        bool, typer.Option("--existing", help="With --watch: also the files that are there already.")
    ] = False,
    jobs: Jobs = None,
    models_dir: ModelsDir = None,
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
