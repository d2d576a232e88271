"""What `--watch` means together with the other options of `earmark classify`."""

import asyncio
import os
import signal
from pathlib import Path

from service.cli.exits import Exit
from service.cli.sink import ONE_SOUND_ONLY, Sink
from service.cli.stderr import Stderr
from service.cli.stdout import Stdout
from service.cli.stream_sinks import stream_sink
from service.cli.watch.folder_watch import FolderWatch
from service.cli.watch.watch_sinks import CsvRows, GrowingFolder, Lines
from service.cli.watch.watching import Watching
from service.errors import InvalidOption
from service.formats.catalogue import Format
from service.formats.document import View
from service.http.settings import ServerSettings
from service.inference.store import ModelStore
from service.types import Options


def check_folder(folder: Path) -> None:
    """Raises InvalidOption."""
    if not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises where it may not look
        what = "is a file; name it without --watch" if os.path.lexists(folder) else "does not exist; make it first"
        raise InvalidOption(f"--watch takes a folder; {folder} {what}.")


def watch_folder(
    folder: Path,
    sink: Sink,
    options: Options,
    settings: ServerSettings,
    jobs: int,
    stderr: Stderr,
    *,
    existing: bool,
) -> Exit:
    """Until Ctrl-C or SIGTERM. Raises InvalidOption, ModelError."""
    watching = Watching(FolderWatch(folder, stderr.complain, existing=existing), options, sink, stderr)
    greeting = f"Waiting for audio files in {folder} and the folders in it; Ctrl-C ends."
    stopped_by = asyncio.run(watching.run(settings, jobs, greeting))
    stderr.say("Stopped.")
    return Exit.STOPPED if stopped_by == signal.SIGINT else Exit.OK


def watch_sink(form: Format | None, output: str | None, view: View, models_dir: Path) -> Sink:
    """Without a format, a line a file for who looks on. Raises InvalidOption, ModelError."""
    if form is None:
        return Lines(Stdout())
    if output is None:
        if form.name in ONE_SOUND_ONLY:
            raise InvalidOption(f"--watch cannot write {form.name} to stdout; name a folder with --output FOLDER/.")
        write = Stdout().write
        return (
            CsvRows(write, view, ModelStore(models_dir))
            if form.name == "csv"
            else stream_sink(write, form, view, several=True)
        )
    if not output.endswith(os.sep) and not os.path.isdir(output):  # noqa: PTH112 - as above
        raise InvalidOption(
            f"--watch writes into a folder; --output {output} is none. "
            f"Write {output}{os.sep} for one that is to be made, or send stdout into a file."
        )
    return GrowingFolder(Path(output), form, view)
