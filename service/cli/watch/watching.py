"""The loop behind `earmark classify --watch`: looks, and listens to what has come, until it is told to stop."""

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import aclosing, contextmanager

from service.cli.answer import Answer
from service.cli.complaint import complaint
from service.cli.inputs import Input
from service.cli.sink import Sink
from service.cli.stderr import Stderr
from service.cli.watch.folder_watch import FolderWatch
from service.errors import EarmarkError
from service.http.settings import ServerSettings
from service.types import Options, Report
from service.workers.async_pool import AsyncWorkerPool
from service.workers.job import Job

LOOK_EVERY_SECONDS = 1.0
MAX_SHARE = 0.02
"""Of the time, at most, is spent with looking: in folders that take long, looks are further apart."""
_RESTART_SECONDS = 600.0
"""A worker that died is back after a moment; where none can be started, the file is given up after so long."""


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
        pool = AsyncWorkerPool(settings, jobs, settings.worker_memory_bytes, _RESTART_SECONDS, max_live=0)
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
        """What is under way is heard to its end; what was not begun is left."""
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
            self._stderr.say(f"{_files(left)} that had come not begun.")

    async def _listen(self, pool: AsyncWorkerPool) -> None:
        while one := await self._waiting.get():
            self._under_way += 1
            answer = await self._answer(one, pool)
            self._under_way -= 1
            self._sink.take(one, answer)
            if isinstance(answer, EarmarkError):
                self._stderr.complain(complaint(one, answer))

    async def _answer(self, one: Input, pool: AsyncWorkerPool) -> Answer:
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
        """The first asks for an end in good order, the second ends what is under way."""
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
