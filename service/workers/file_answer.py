"""One file, listened to inside of a worker, and the answer written there."""

import select
import time
from contextlib import suppress
from multiprocessing.connection import Connection

from service.analysis import Analysis
from service.audio.source import Source
from service.engine import Engine
from service.formats import ndjson
from service.formats.catalogue import FORMATS
from service.formats.series import Series
from service.types import Progress, Report
from service.workers.job import Facts, Job, Piece, Writing, Written

PROGRESS_INTERVAL_SECONDS = 0.1
"""Often enough for a bar that moves, seldom enough to cost nothing."""


def answer_file(engine: Engine, job: Job, source: Source, connection: Connection) -> Report | Written:
    """Sends progress, and pieces if the job wants them; whatever comes in meanwhile means that it is to stop."""
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
        return Written(text, facts(analysis, report))


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
    return Written(ndjson.line(name, series.report(report)), facts(analysis, report))


def facts(analysis: Analysis, report: Report) -> Facts:
    """To be asked for when all was written: the time for that is among them."""
    return Facts(report.audio.container, analysis.heard_seconds, len(report.chunks), analysis.stage_seconds())
