"""A live stream, listened to inside of a worker: chunk by chunk, each sent as soon as it was heard."""

import time
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import BinaryIO

from service.audio.pcm import PcmFormat
from service.engine import Engine
from service.formats.json_text import dump
from service.formats.series import Series
from service.workers.file_answer import facts
from service.workers.job import Facts, LiveJob, Piece, Written


def answer_live(engine: Engine, job: LiveJob, sound: BinaryIO, connection: Connection) -> Written:
    """`sound` is a pipe or a socket, unbuffered: it ends when its other end is closed."""
    waited = 0.0

    def read(count: int) -> bytes:
        nonlocal waited
        started = time.perf_counter()
        data = sound.read(count)
        waited += time.perf_counter() - started
        return data

    pcm = PcmFormat(job.encoding, job.sample_rate, job.channels)
    with engine.open_live(read, pcm, job.options) as analysis:
        series = Series(job.view, analysis.peaks, analysis.steps, has_tags=analysis.has_tags)
        for chunk in analysis.chunks():
            connection.send(Piece(dump(series.chunk(chunk))))
        report = analysis.report()
        text = dump(series.report(report))
        return Written(text, _without_waiting(facts(analysis, report), waited))


def _without_waiting(found: Facts, waited_seconds: float) -> Facts:
    """The sound was waited for while it was decoded."""
    decode = max(0.0, found.stages["decode"] - waited_seconds)
    return replace(found, stages={**found.stages, "decode": decode})
