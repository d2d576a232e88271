"""The child side of the pool: one process, one engine, one file at a time."""

import logging
import signal
import time
from contextlib import suppress
from multiprocessing.connection import Connection

from service.engine import Engine
from service.errors import EarmarkError
from service.job import Job
from service.settings import Settings
from service.types import Progress, Report

PROGRESS_INTERVAL_SECONDS = 0.1
"""Often enough for a bar that moves, seldom enough to cost nothing."""


def work(connection: Connection, settings: Settings) -> None:
    """Answers jobs until the other end closes. If the models cannot be loaded, says why and ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    with suppress(EOFError, OSError):  # the other end is gone: nobody is left to answer
        try:
            engine = Engine.load(settings)
        except EarmarkError as error:
            connection.send(error)
            return
        connection.send(None)
        while True:
            job: Job = connection.recv()
            connection.send(_answer(engine, job, connection))


def _answer(engine: Engine, job: Job, connection: Connection) -> Report | EarmarkError:
    last_sent = time.monotonic()

    def send_progress(progress: Progress) -> None:
        nonlocal last_sent
        if time.monotonic() - last_sent >= PROGRESS_INTERVAL_SECONDS:
            last_sent = time.monotonic()
            with suppress(OSError):
                connection.send(progress)

    try:
        return engine.analyse(job.path, job.options, on_progress=send_progress)
    except EarmarkError as error:
        return error
    except Exception as error:
        logging.getLogger(__name__).exception("unexpected error")
        return EarmarkError(f"This is a defect of Earmark, not of the file ({type(error).__name__}).")
