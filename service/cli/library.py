"""`earmark library`: its options, and how a run ends."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from service.cli.analysis_options import (
    DEFAULTS,
    EndSeconds,
    HopSeconds,
    Jobs,
    MergeGapSeconds,
    MinSegmentSeconds,
    Smoothing,
    StartSeconds,
)
from service.cli.exits import Exit
from service.cli.failing import failing_usably
from service.cli.models_dir import ModelsDir
from service.cli.output_errors import output_errors
from service.cli.stderr import Stderr
from service.cli.stop_signals import stop_wish
from service.cpus import usable_cpus
from service.errors import InvalidSettings
from service.http.settings import ServerSettings
from service.options import check_hop, check_options
from service.settings import Settings
from service.types import Options

if TYPE_CHECKING:
    from service.library.engine import LibraryEngine
    from service.library.run import Request, Tally

EngineName = Literal["local", "ray"]


def library_command(
    inputs: Annotated[
        list[str],
        typer.Argument(help="Files, folders, patterns, manifests (.txt, .m3u, .csv), or URLs.", metavar="INPUT"),
    ],
    output: Annotated[
        Path, typer.Option(help="Table to make: a row for each file; its chunks are in a folder beside it.")
    ],
    engine: Annotated[EngineName, typer.Option(help="Processes of this machine, or Ray.")] = "local",
    jobs: Jobs = None,
    again: Annotated[bool, typer.Option("--again", help="Do all files again, in whatever way they were done.")] = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Do files again that failed.")] = False,
    save_seconds: Annotated[float, typer.Option(min=0.0, help="What is done is saved at least so often.")] = 60.0,
    hop_seconds: HopSeconds = DEFAULTS.hop_seconds,
    start_seconds: StartSeconds = DEFAULTS.start_seconds,
    end_seconds: EndSeconds = DEFAULTS.end_seconds,
    smoothing: Smoothing = DEFAULTS.smoothing,
    min_segment_seconds: MinSegmentSeconds = DEFAULTS.min_segment_seconds,
    merge_gap_seconds: MergeGapSeconds = DEFAULTS.merge_gap_seconds,
    models_dir: ModelsDir = None,
    ray_address: Annotated[
        str | None, typer.Option(help="With Ray: a cluster that is there already.", show_default="a local one")
    ] = None,
) -> None:
    """Says what is in a music library or an archive of any size, in two tables. What is done is not done again."""
    stderr = Stderr()
    with failing_usably(stderr):
        _check_packages("library", "pyarrow", "fsspec")
        from service.library.models import read_models  # noqa: PLC0415 - an extra
        from service.library.place import Place  # noqa: PLC0415
        from service.library.run import Request  # noqa: PLC0415

        options = Options(hop_seconds, start_seconds, end_seconds, smoothing, min_segment_seconds, merge_gap_seconds)
        check_options(options)
        settings = Settings.read(models_dir=models_dir)
        models = read_models(settings)
        check_hop(options, models.chunk_seconds)
        request = Request(inputs, Place(output), models, options, again, retry_failed, save_seconds)
        listener = _engine(engine, settings, options, jobs, ray_address)
        with output_errors(f"--output {output}"):
            status = _run(request, listener, stderr)
    raise typer.Exit(status)


def _check_packages(extra: str, *names: str) -> None:
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise InvalidSettings(
            f"`earmark library` needs {' and '.join(missing)}. "
            f"Install what is missing with: pip install 'earmark[{extra}]'"
        )


def _engine(
    name: EngineName, settings: Settings, options: Options, jobs: int | None, address: str | None
) -> "LibraryEngine":
    """Raises InvalidSettings if what it needs is not installed."""
    if name == "local":
        from service.library.local_engine import LocalEngine  # noqa: PLC0415 - as above

        return LocalEngine(settings, options, jobs or usable_cpus())
    _check_packages("ray", "ray")
    from service.scale.ray_data import RayEngine  # noqa: PLC0415 - an extra

    return RayEngine(settings, options, jobs, address or ServerSettings.read().ray_address)


def _run(request: "Request", engine: "LibraryEngine", stderr: Stderr) -> Exit:
    from service.cli.library_progress import library_progress  # noqa: PLC0415 - as above
    from service.library.run import Watch, run_library  # noqa: PLC0415

    unsearched: list[str] = []

    def skip(folder: str, error: OSError) -> None:
        unsearched.append(folder)
        stderr.complain(f"{folder}: The folder could not be searched: {error.strerror}.")

    def say_so() -> None:
        stderr.say("Stopping: what was begun is finished. Once more, and it is not.")

    with library_progress(stderr) as shown, stop_wish(say_so) as wish:
        tally = run_library(request, engine, Watch(lambda: wish.is_said, skip, shown.show))
    if wish.is_said:
        stderr.say(f"{_summary(tally)} The same command goes on from here.")
        return Exit.STOPPED
    if not tally.before and not tally.to_do:
        stderr.complain("There is no audio file in what was named.")
        return Exit.UNUSABLE
    stderr.say(_summary(tally))
    return Exit.SOME_FAILED if tally.failed or tally.failed_before or unsearched else Exit.OK


def _summary(tally: "Tally") -> str:
    now = f"{tally.ok} files analysed, {tally.failed} failed, {tally.sound_seconds / 3600:.1f} hours of sound."
    if not tally.before:
        return now
    return f"{now} Done before: {tally.before} files, {tally.failed_before} of which failed."
