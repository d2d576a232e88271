"""Worker processes answer in order, and neither a crash nor a kill leaves anything hanging."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from service.errors import UndecodableAudio, WorkerCrashed
from training.cache.worker_processes import AHEAD, in_workers

CRASHES, BROKEN, WRONG = 13, 5, 99


def square(number: int) -> int:
    """Of most numbers."""
    time.sleep(0.002 * (number % 3))  # the later ones are often ready first
    if number == CRASHES:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == BROKEN:
        raise UndecodableAudio("Five.")
    if number == WRONG:
        raise ValueError("a defect")
    return number * number


def process_after_a_while(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def test_answers_come_in_order_from_several_processes() -> None:
    numbers = [number for number in range(60) if number not in {CRASHES, BROKEN}]
    assert list(in_workers(square, numbers, 2)) == [number * number for number in numbers]
    assert len(set(in_workers(process_after_a_while, [0.05] * 8, 2))) == 2
    assert list(in_workers(square, [], 2)) == []


def test_an_error_of_the_service_is_an_answer() -> None:
    four, five, six = in_workers(square, [4, BROKEN, 6], 2)
    assert (four, six) == (16, 36)
    assert isinstance(five, UndecodableAudio)
    assert five.detail == "Five."


@pytest.mark.parametrize("workers", [1, 2])
def test_a_crash_costs_one_item(workers: int) -> None:
    numbers = list(range(6, 40))
    answers = dict(zip(numbers, in_workers(square, numbers, workers), strict=True))
    crash = answers.pop(CRASHES)
    assert isinstance(crash, WorkerCrashed)
    assert answers == {number: number * number for number in numbers if number != CRASHES}


def test_a_defect_is_no_answer() -> None:
    with pytest.raises(ValueError, match="a defect"):
        list(in_workers(square, [1, WRONG, 2], 2))


def test_items_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(1_000, 2_000):
            taken.append(number)
            yield number

    with closing(in_workers(square, numbers(), 2)) as answers:
        assert next(answers) == 1_000_000
        assert len(taken) <= 2 * AHEAD
    assert len(taken) <= 2 * AHEAD


RUN = """
import signal, sys, time
from tests.training.cache.test_workers import process_after_a_while
from training.cache.worker_processes import in_workers
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the shell that runs the tests may ignore it
    further = int(sys.argv[1])
    answers = in_workers(process_after_a_while, [0.01] * 4 + [0.3] * further, 2)
    for number, process in enumerate(answers):
        print(process, flush=True)
        if number == 3 and not further:
            time.sleep(60)
"""


@pytest.mark.parametrize("further", [1_000, 0], ids=["busy", "idle"])
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGINT])
def test_nothing_is_left_of_a_run_that_was_ended(tmp_path: Path, by: signal.Signals, further: int) -> None:
    script = tmp_path / "script.py"
    script.write_text(RUN)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    command = [sys.executable, str(script), str(further)]
    with subprocess.Popen(command, env=environment, start_new_session=True, **streams) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        workers = {int(process.stdout.readline()) for _ in range(4)}
        children = psutil.Process(process.pid).children(recursive=True)
        assert workers <= {child.pid for child in children}
        if by == signal.SIGINT:
            os.killpg(process.pid, by)  # as a terminal does
        else:
            process.send_signal(by)
        process.wait(timeout=10)
        _, left = psutil.wait_procs(children, timeout=10)
        assert not left
        assert process.stderr.read().count("Traceback") == (by == signal.SIGINT)
