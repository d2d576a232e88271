"""`earmark classify --watch`: listens to each file that comes, until you stop it."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path

from service.audio.sound_folder import is_sound
from service.cli.exits import Exit, Stderr
from service.cli.inputs import Input, ReportOrError, complaint
from service.cli.readable import clock
from service.cli.sinks import ONE_SOUND_ONLY, FolderSink, Sink, Write, stream_sink
from service.cli.stdout import Stdout
from service.cli.watched_folder import FolderWatch
from service.errors import EarmarkError, InvalidOption
from service.formats import csv_table
from service.formats.caption import one_line
from service.formats.catalogue import Format
from service.formats.document import View
from service.http.server_settings import ServerSettings
from service.inference.served_models import current_models
from service.inference.store import ModelStore
from service.types import Options, Report
from service.workers.async_pool import AsyncWorkerPool
from service.workers.messages import Job

LOOK_EVERY_SECONDS = 1.0
MAX_SHARE = 0.02
"""At most this share of the time is spent looking: in folders that take long, looks are further apart."""
_RESTART_SECONDS = 600.0
"""A worker that died is back after a moment. If none can be started, a file is given up after this time."""
_LENGTH_COLUMNS, _LABEL_COLUMNS = 9, 24


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
    """Without a format, a line for each file. Raises InvalidOption, ModelError."""
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
            f"--watch writes into a folder; --output {output} is not one. "
            f"Write {output}{os.sep} to make one, or send stdout into a file."
        )
    return GrowingFolder(Path(output), form, view)


class Watching:
    """`jobs` files at a time; answers go to the sink as they are ready."""

    def __init__(self, folder: FolderWatch, options: Options, sink: Sink, stderr: Stderr) -> None:
        self._folder = folder
        self._options = options
        self._sink = sink
        self._stderr = stderr
        self._waiting: asyncio.Queue[Input | None] = asyncio.Queue()
        self._under_way = 0
        self._stopped_by: signal.Signals | None = None
        self._listeners: list[asyncio.Task[None]] = []

    async def run(self, settings: ServerSettings, jobs: int, greeting: str) -> signal.Signals:
        """Returns the signal that ended it. Raises ModelError, and InvalidOption where an answer cannot be written."""
        pool = AsyncWorkerPool(
            settings, jobs, memory_bytes=settings.worker_memory_bytes, max_queue_seconds=_RESTART_SECONDS
        )
        with self._heeding_signals() as stopped:
            await pool.start()
            try:
                self._listeners = [asyncio.create_task(self._listen(pool)) for _ in range(jobs)]
                self._stderr.say(greeting)
                await self._look_until(stopped)
                await self._finish(jobs)
            finally:
                for listener in self._listeners:
                    listener.cancel()
                await asyncio.gather(*self._listeners, return_exceptions=True)
                await pool.stop()
        self._sink.finish()
        assert self._stopped_by
        return self._stopped_by

    async def _look_until(self, stopped: asyncio.Event) -> None:
        stop = asyncio.create_task(stopped.wait())
        try:
            while not stop.done():
                started = time.perf_counter()
                for one in await asyncio.to_thread(self._folder.look):
                    self._waiting.put_nowait(one)
                pause = max(LOOK_EVERY_SECONDS, (time.perf_counter() - started) / MAX_SHARE)
                done, _ = await asyncio.wait({stop, *self._listeners}, timeout=pause, return_when="FIRST_COMPLETED")
                for task in done - {stop}:
                    task.result()  # a listener ends only by an error
        finally:
            stop.cancel()

    async def _finish(self, jobs: int) -> None:
        """Finishes the files under way, and leaves those that were not begun."""
        left = 0
        while not self._waiting.empty():
            self._waiting.get_nowait()
            left += 1
        for _ in range(jobs):
            self._waiting.put_nowait(None)
        if self._under_way:
            self._stderr.say(f"Finishing {_files(self._under_way)}; Ctrl-C again ends at once.")
        try:
            await asyncio.gather(*self._listeners)
        except asyncio.CancelledError:
            self._stderr.say(f"{_files(self._under_way)} given up.")
        if left:
            self._stderr.say(f"{_files(left)} that had come: not begun.")

    async def _listen(self, pool: AsyncWorkerPool) -> None:
        while one := await self._waiting.get():
            self._under_way += 1
            answer = await self._answer(one, pool)
            self._under_way -= 1
            self._sink.take(one, answer)
            if isinstance(answer, EarmarkError):
                self._stderr.complain(complaint(one, answer))

    async def _answer(self, one: Input, pool: AsyncWorkerPool) -> ReportOrError:
        try:
            async with aclosing(pool.run(Job(str(one.path), self._options))) as messages:
                async for message in messages:
                    if isinstance(message, Report):
                        return message
        except EarmarkError as error:
            return error
        raise AssertionError("a job has an answer")

    @contextmanager
    def _heeding_signals(self) -> Iterator[asyncio.Event]:
        """The first signal asks for an end in good order, the second cancels the files under way."""
        loop = asyncio.get_running_loop()
        stopped = asyncio.Event()

        def heed(which: signal.Signals) -> None:
            if self._stopped_by:
                for listener in self._listeners:
                    listener.cancel()
            self._stopped_by = self._stopped_by or which
            stopped.set()

        for which in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(which, heed, which)
        try:
            yield stopped
        finally:
            for which in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(which)


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


class GrowingFolder:
    """A file for each answer, named as `classify --output FOLDER/` does. A newer answer replaces an older one."""

    def __init__(self, folder: Path, form: Format, view: View) -> None:
        """Raises InvalidOption if the folder is none and cannot be made."""
        self._folder = folder
        self._form = form
        self._view = view
        FolderSink(folder, form, view, [])

    def take(self, one: Input, answer: ReportOrError) -> None:
        sink = FolderSink(self._folder, self._form, self._view, [one])
        for target in sink.targets.values():
            if target.exists() and is_sound(target):
                raise InvalidOption(f"--output would overwrite {target}, which is a sound.")
        sink.take(one, answer)

    def finish(self) -> None:
        pass


class CsvRows:
    """One table that grows. Its columns are known from the models, before the first answer."""

    def __init__(self, write: Write, view: View, models: ModelStore) -> None:
        """Raises ModelError if the models cannot be read."""
        served = current_models(models)
        self._write = write
        self._view = view
        self._columns = csv_table.columns_for(served.labels, view, has_tags=served.decisions.has_tags)
        write(csv_table.header_line(self._columns))

    def take(self, one: Input, answer: ReportOrError) -> None:
        if isinstance(answer, Report):
            self._write("".join(csv_table.row_lines(answer, one.name, self._view, self._columns)))

    def finish(self) -> None:
        pass


class Lines:
    """A line for each file, on a terminal: length, label, name."""

    def __init__(self, stdout: Stdout) -> None:
        self._stdout = stdout

    def take(self, one: Input, answer: ReportOrError) -> None:
        if isinstance(answer, Report):
            length = clock(answer.audio.duration_seconds).rjust(_LENGTH_COLUMNS)
            self._stdout.show(one_line(f"{length}  {answer.label:<{_LABEL_COLUMNS}}  {one.name}"))

    def finish(self) -> None:
        pass
