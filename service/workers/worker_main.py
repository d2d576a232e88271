"""What runs in a worker process: one engine, one job at a time, and the answers written there."""

import logging
import os
import resource
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from typing import BinaryIO

from service.analysis import Analysis
from service.audio.accepted import PcmFormat
from service.audio.guarded_file import Source
from service.engine import Engine
from service.errors import EarmarkError, LimitExceeded
from service.formats import ndjson
from service.formats.catalogue import FORMATS
from service.formats.json_text import dump
from service.formats.series import Series
from service.stopwatch import Stopwatch
from service.types import Progress, Report
from service.workers.messages import STOP, Facts, Job, LiveJob, Piece, WorkerAnswer, WorkerConfig, Writing, Written

PROGRESS_INTERVAL_SECONDS = 0.1
"""Often enough for a bar that moves, seldom enough to cost nothing."""
MEBIBYTE = 1024 * 1024


def work(connection: Connection, config: WorkerConfig) -> None:
    """Answers jobs until the other end closes. If the models cannot be loaded, says why and ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means,
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # and may want to finish what is under way
    os.nice(config.niceness)
    _limit_memory(config.memory_bytes)
    with suppress(EOFError, OSError):  # the other end is gone: nobody is left to answer
        try:
            engine = Engine.load(config.settings)
        except EarmarkError as error:
            connection.send(error)
            return
        except MemoryError:
            connection.send(_too_large(config))
            return
        connection.send(None)
        while True:
            message: Job | LiveJob | None = connection.recv()
            if message is STOP:  # meant for the job before, which was done by then
                continue
            try:
                connection.send(_answer(engine, message, connection))
            except MemoryError:
                connection.send(_too_large(config))


def _limit_memory(wanted: int | None) -> None:
    """Limits data only: libraries map far more addresses than they ever fill."""
    if wanted is not None:
        _, highest = resource.getrlimit(resource.RLIMIT_DATA)
        allowed = wanted if highest == resource.RLIM_INFINITY else min(wanted, highest)
        resource.setrlimit(resource.RLIMIT_DATA, (allowed, highest))


def _too_large(config: WorkerConfig) -> LimitExceeded:
    limit = f" of {config.memory_bytes // MEBIBYTE} MiB" if config.memory_bytes else ""
    return LimitExceeded(
        f"This needs more memory than the limit{limit} leaves. "
        "A shorter part (start_seconds, end_seconds) or a larger hop_seconds needs less."
    )


def _answer(engine: Engine, job: Job | LiveJob, connection: Connection) -> WorkerAnswer:
    try:
        if isinstance(job, Job) and job.path is not None:
            return answer_file(engine, job, job.path, connection)
        with os.fdopen(recv_handle(connection), "rb", buffering=0) as file:
            if isinstance(job, LiveJob):
                return answer_live(engine, job, file, connection)
            return answer_file(engine, job, file, connection)
    except EarmarkError as error:
        return error.with_traceback(None)  # it would keep all that the analysis held, until the next garbage collection
    except MemoryError:
        raise
    except Exception as error:
        logging.getLogger(__name__).exception("unexpected error")
        return EarmarkError(f"This is a defect of Earmark, not of the file ({type(error).__name__}).")


def answer_file(engine: Engine, job: Job, source: Source, connection: Connection) -> Report | Written:
    """Sends progress, and pieces if the job wants them; anything that comes in meanwhile means that it is to stop."""
    last_sent = time.monotonic()
    incoming = select.poll()  # is asked all the time, and Connection.poll makes a selector each time
    incoming.register(connection, select.POLLIN)

    def is_stopped() -> bool:
        return bool(incoming.poll(0))

    def send_progress(progress: Progress) -> None:
        nonlocal last_sent
        if time.monotonic() - last_sent >= PROGRESS_INTERVAL_SECONDS:
            last_sent = time.monotonic()
            with suppress(OSError):
                connection.send(progress)

    with engine.open(source, job.options, on_progress=send_progress, cancelled=is_stopped) as analysis:
        if job.writing is None:
            return analysis.report()
        if job.writing.as_it_comes:
            return _piecemeal(analysis, job.writing, connection)
        report = analysis.report()
        text = FORMATS[job.writing.format].write(report, job.writing.name, job.writing.view)
        return Written(text, _facts(analysis, report))


def _piecemeal(analysis: Analysis, writing: Writing, connection: Connection) -> Written:
    """NDJSON: the chunks of a batch as soon as it was heard, then the report."""
    name, series = writing.name, Series(writing.view, analysis.peaks, analysis.steps, has_tags=analysis.has_tags)
    if writing.view.shows_chunks:
        lines: list[str] = []
        for number, chunk in enumerate(analysis.chunks(), start=1):
            lines.append(ndjson.line(name, series.chunk(chunk)))
            if number == analysis.heard_chunks:
                connection.send(Piece("".join(lines)))
                lines.clear()
    report = analysis.report()
    return Written(ndjson.line(name, series.report(report)), _facts(analysis, report))


def answer_live(
    engine: Engine,
    job: LiveJob,
    sound: BinaryIO,
    connection: Connection,
    clock: Callable[[], float] = time.perf_counter,
) -> Written:
    """Sends each chunk as soon as it was heard. `sound` is a pipe or a socket, unbuffered: it ends when its other end
    is closed."""
    waited = 0.0

    def read(count: int) -> bytes:
        nonlocal waited
        started = clock()
        data = sound.read(count)
        waited += clock() - started
        return data

    pcm = PcmFormat(job.encoding, job.sample_rate, job.channels)
    with engine.open_live(read, pcm, job.options, Stopwatch(clock)) as analysis:
        series = Series(job.view, analysis.peaks, analysis.steps, has_tags=analysis.has_tags)
        for chunk in analysis.chunks():
            connection.send(Piece(dump(series.chunk(chunk))))
        report = analysis.report()
        text = dump(series.report(report))
        return Written(text, _without_waiting(_facts(analysis, report), waited))


def _facts(analysis: Analysis, report: Report) -> Facts:
    """To be called when all was written: the time for that is among them."""
    return Facts(report.audio.container, analysis.heard_seconds, len(report.chunks), analysis.stage_seconds())


def _without_waiting(found: Facts, waited_seconds: float) -> Facts:
    """The time spent waiting for live sound counts as decoding; this takes it out."""
    decode = max(0.0, found.stages["decode"] - waited_seconds)
    return replace(found, stages={**found.stages, "decode": decode})
