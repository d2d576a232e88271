"""A worker that stops in the middle of sending its report."""

import os
import signal
import struct
from multiprocessing.connection import Connection

from service.audio.source import Source
from service.engine import Engine
from service.types import Options, Report
from service.workers import inside
from service.workers.file_answer import answer_file
from service.workers.job import Job, Written
from service.workers.terms import WorkerTerms

STUCK = Options(smoothing=7)
"""What a job asks for to see that happen."""


def stuck_within_its_report(connection: Connection, terms: WorkerTerms) -> None:
    """Takes the place of service.workers.process._work, and works as that does but for such jobs."""
    inside.answer_file = answer_or_stop  # type: ignore[attr-defined]
    inside.work(connection, terms)


def answer_or_stop(engine: Engine, job: Job, source: Source, connection: Connection) -> Report | Written:
    if job.options == STUCK:
        os.write(connection.fileno(), struct.pack("!i", 1_000) + b"so far")
        os.kill(os.getpid(), signal.SIGSTOP)
    return answer_file(engine, job, source, connection)
