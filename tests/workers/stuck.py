"""A worker that stops in the middle of sending its report."""

import os
import signal
import struct
from multiprocessing.connection import Connection

from service.audio.guarded_file import Source
from service.engine import Engine
from service.types import Options, Report
from service.workers import worker_main
from service.workers.messages import Job, WorkerConfig, Written
from service.workers.worker_main import answer_file

STUCK = Options(smoothing=7)
"""What a job asks for to see that happen."""


def stuck_within_its_report(connection: Connection, config: WorkerConfig) -> None:
    """What a WorkerProcess may do: it works as usual but for such jobs."""
    worker_main.answer_file = answer_or_stop
    worker_main.work(connection, config)


def answer_or_stop(engine: Engine, job: Job, source: Source, connection: Connection) -> Report | Written:
    if job.options == STUCK:
        os.write(connection.fileno(), struct.pack("!i", 1_000) + b"so far")
        os.kill(os.getpid(), signal.SIGSTOP)
    return answer_file(engine, job, source, connection)
