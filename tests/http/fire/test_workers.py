"""Workers that die or hang in mid-request: that one request has a problem, and all others an answer."""

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import httpx
import pytest

from tests.http.fire.watching import CLASSIFY, FINE_STEPS, Watched, watched
from tests.http.problem import assert_problem
from tests.workers.waiting import wait_for


@pytest.fixture(scope="module")
def running(tiny_models: Path) -> Iterator[Watched]:
    with watched(tiny_models, "--workers", "2", "--max-analysis-seconds", "3") as running:
        yield running


@pytest.fixture
def healthy(running: Watched) -> Iterator[Watched]:
    yield running
    wait_for(lambda: running.count("earmark_workers_ready") == 2)
    assert running.client.get("/health/ready").status_code == 200


def under_way(running: Watched, sound: bytes, **options: str) -> "Future[httpx.Response]":
    return running.threads.submit(running.client.post, CLASSIFY, params={**FINE_STEPS, **options}, content=sound)


def assert_others_are_served(running: Watched, sound: bytes) -> None:
    for _ in range(5):
        assert running.client.post(CLASSIFY, content=sound).status_code == 200
        assert running.client.get("/health/ready").status_code == 200


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSEGV])
def test_a_worker_that_dies(healthy: Watched, long_wav: bytes, medley_wav: bytes, blow: signal.Signals) -> None:
    restarts = healthy.count("earmark_worker_restarts_total")
    victim = under_way(healthy, long_wav)
    os.kill(healthy.busy_pid(), blow)
    assert_problem(victim.result(), 500, "worker-crashed", f"-{int(blow)}", "Others are unaffected")
    assert_others_are_served(healthy, medley_wav)
    wait_for(lambda: healthy.count("earmark_worker_restarts_total") == restarts + 1)


def test_a_worker_that_dies_while_its_lines_are_sent(healthy: Watched, long_wav: bytes) -> None:
    victim = under_way(healthy, long_wav, format="ndjson", detail="chunks")
    os.kill(healthy.busy_pid(), signal.SIGKILL)
    response = victim.result()
    *chunks, last = response.text.splitlines()
    assert response.status_code == 200
    assert all("chunk" in json.loads(line) for line in chunks)
    assert json.loads(last)["error"]["type"] == "urn:earmark:problem:worker-crashed"


def test_a_worker_that_dies_idle(healthy: Watched, medley_wav: bytes) -> None:
    for pid in healthy.worker_pids():
        healthy.kill_worker(pid)
    assert_others_are_served(healthy, medley_wav)


def test_a_worker_that_hangs(healthy: Watched, long_wav: bytes, medley_wav: bytes) -> None:
    victim = under_way(healthy, long_wav)
    os.kill(healthy.busy_pid(), signal.SIGSTOP)
    assert_others_are_served(healthy, medley_wav)
    assert not victim.done()
    assert_problem(victim.result(), 504, "deadline-exceeded", "3 s")


def test_an_analysis_that_takes_too_long(tiny_models: Path, long_wav: bytes) -> None:
    with watched(tiny_models, "--workers", "1", "--max-analysis-seconds", "0.2") as running:
        pids = running.worker_pids()
        response = running.client.post(CLASSIFY, params=FINE_STEPS, content=long_wav)
        assert_problem(response, 504, "deadline-exceeded", "0.2 s", "hop_seconds")
        assert running.worker_pids() == pids
