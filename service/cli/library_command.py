"""`earmark library`: its options. Run-time imports are lazy: it needs an extra."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from service.cli import shared_options as shared
from service.cli.exits import Stderr, failing_usably, output_errors
from service.extras import require_extra
from service.options import DEFAULTS, check_hop, check_options
from service.settings import Settings
from service.types import Options

EngineName = Literal["local", "ray"]


def library_command(
    inputs: Annotated[
        list[str],
        typer.Argument(help="Files, folders, patterns, lists of files (.txt, .m3u, .csv), or URLs.", metavar="INPUT"),
    ],
    output: Annotated[
        Path, typer.Option(help="Table to make: a row for each file; its chunks are in a folder beside it.")
    ],
    engine: Annotated[EngineName, typer.Option(help="Processes of this machine, or Ray.")] = "local",
    jobs: shared.Jobs = None,
    again: Annotated[bool, typer.Option("--again", help="Analyse all files again.")] = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Analyse failed files again.")] = False,
    save_seconds: Annotated[float, typer.Option(min=0.0, help="Save what is done at least this often.")] = 60.0,
    hop_seconds: shared.HopSeconds = DEFAULTS.hop_seconds,
    start_seconds: shared.StartSeconds = DEFAULTS.start_seconds,
    end_seconds: shared.EndSeconds = DEFAULTS.end_seconds,
    smoothing: shared.Smoothing = DEFAULTS.smoothing,
    min_segment_seconds: shared.MinSegmentSeconds = DEFAULTS.min_segment_seconds,
    merge_gap_seconds: shared.MergeGapSeconds = DEFAULTS.merge_gap_seconds,
    models_dir: shared.ModelsDir = None,
    ray_address: Annotated[
        str | None, typer.Option(help="With Ray: the address of a running cluster.", show_default="a local one")
    ] = None,
) -> None:
    """Says what is in a music library or an archive of any size, in two tables. Files that are done are skipped."""
    stderr = Stderr()
    with failing_usably(stderr):
        require_extra("library", "pyarrow", "fsspec")
        if engine == "ray":
            require_extra("ray", "ray")
        from service.cli.library_run import choose_engine, run_request  # noqa: PLC0415 - needs the extra
        from service.library.run_library import LibraryRequest  # noqa: PLC0415
        from service.library.table_files import Place  # noqa: PLC0415
        from service.library.table_identity import read_models  # noqa: PLC0415

        options = Options(hop_seconds, start_seconds, end_seconds, smoothing, min_segment_seconds, merge_gap_seconds)
        check_options(options)
        settings = Settings.read(models_dir=models_dir)
        models = read_models(settings)
        check_hop(options, models.chunk_seconds)
        request = LibraryRequest(inputs, Place(output), models, options, again, retry_failed, save_seconds)
        listener = choose_engine(engine, settings, options, jobs, ray_address)
        with output_errors(f"--output {output}"):
            status = run_request(request, listener, stderr)
    raise typer.Exit(status)
