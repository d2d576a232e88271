"""The inside of a worker process: one engine, one job at a time."""

import logging
import os
import resource
import signal
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle

from service.engine import Engine
from service.errors import EarmarkError, LimitExceeded
from service.workers.file_answer import answer_file
from service.workers.job import STOP, Answer, Job, LiveJob
from service.workers.live_answer import answer_live
from service.workers.terms import WorkerTerms

MEBIBYTE = 1024 * 1024


def work(connection: Connection, terms: WorkerTerms) -> None:
    """Answers jobs until the other end closes. If the models cannot be loaded, says why and ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means,
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # and may want to finish what is under way
    os.nice(terms.niceness)
    _limit_memory(terms.memory_bytes)
    with suppress(EOFError, OSError):  # the other end is gone: nobody is left to answer
        try:
            engine = Engine.load(terms.settings)
        except EarmarkError as error:
            connection.send(error)
            return
        except MemoryError:
            connection.send(_too_large(terms))
            return
        connection.send(None)
        while True:
            message: Job | LiveJob | None = connection.recv()
            if message is STOP:  # meant for the job before, which was done by then
                continue
            try:
                connection.send(_answer(engine, message, connection))
            except MemoryError:
                connection.send(_too_large(terms))


def _answer(engine: Engine, job: Job | LiveJob, connection: Connection) -> Answer:
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


def _limit_memory(wanted: int | None) -> None:
    """Of data only: libraries map far more addresses than they ever fill."""
    if wanted is not None:
        _, highest = resource.getrlimit(resource.RLIMIT_DATA)
        allowed = wanted if highest == resource.RLIM_INFINITY else min(wanted, highest)
        resource.setrlimit(resource.RLIMIT_DATA, (allowed, highest))


def _too_large(terms: WorkerTerms) -> LimitExceeded:
    limit = f" of {terms.memory_bytes // MEBIBYTE} MiB" if terms.memory_bytes else ""
    return LimitExceeded(
        f"This needs more memory than the limit{limit} leaves. "
        "A shorter part (start_seconds, end_seconds) or a larger hop_seconds needs less."
    )
