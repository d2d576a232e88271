"""SIGTERM under load: what was accepted is finished, what is new is refused, and the exit status is 0."""

import asyncio
import json
import signal
import socket
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.http.fire.watching import CLASSIFY, FINE_STEPS, Watched, watched
from tests.http.hostile.fortress import everything_from
from tests.http.problem import assert_problem
from tests.tones import RATE, tone
from tests.workers.waiting import wait_for

CLIENTS = 8
LIMIT_SECONDS = 60.0
SOONER_THAN_DRAINED_SECONDS = 15.0


def test_under_load_nothing_is_lost(tiny_models: Path, minutes_wav: bytes, medley_wav: bytes) -> None:
    told = threading.Event()

    def ask_again_and_again(running: Watched) -> httpx.Response:
        """Each time on a connection of its own: one that is kept alive may be closed just before it is used again."""
        while True:
            with running.server.client() as client:
                response = client.post(CLASSIFY, params={"hop_seconds": "0.5"}, content=minutes_wav)
            if told.is_set():
                return response
            assert response.status_code == 200

    with watched(tiny_models, "--workers", "2", "--drain-delay-seconds", "1") as running:
        head = f"POST {CLASSIFY} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(medley_wav)}\r\n\r\n".encode()
        with socket.create_connection(running.server.address, LIMIT_SECONDS) as half_received:
            half_received.sendall(head + medley_wav[:1000])
            clients = [running.threads.submit(ask_again_and_again, running) for _ in range(CLIENTS)]
            query = {**FINE_STEPS, "detail": "chunks", "format": "ndjson"}
            lines = running.threads.submit(running.client.post, CLASSIFY, params=query, content=minutes_wav)
            wait_for(lambda: running.count("earmark_requests_in_flight") >= CLIENTS + 2)
            told.set()
            running.server.process.send_signal(signal.SIGTERM)
            with running.server.client() as late:
                wait_for(lambda: late.get("/health/ready").status_code == 503)
                refused = late.post(CLASSIFY, content=medley_wav)
                assert late.get("/health/live").status_code == 200
            half_received.sendall(medley_wav[1000:])
            assert everything_from(half_received).startswith(b"HTTP/1.1 200")
        answers = [one.result(LIMIT_SECONDS) for one in clients]
        assert len(lines.result(LIMIT_SECONDS).text.splitlines()) == 1 + 2971
        assert running.server.process.wait(LIMIT_SECONDS) == 0
    assert_refused_since_it_stops(refused)
    served = [one for one in answers if one.status_code == 200]
    assert [len(one.json()["chunks"]) for one in served] == [595] * len(served)
    assert served
    for one in answers:
        if one not in served:  # asked when the signal was on its way
            assert_refused_since_it_stops(one)
    with pytest.raises(httpx.ConnectError), running.server.client() as late:
        late.get("/")


def assert_refused_since_it_stops(response: httpx.Response) -> None:
    assert_problem(response, 503, "draining")
    assert int(response.headers["retry-after"]) > 0
    assert response.headers["connection"] == "close"


def under_way(running: Watched, sound: bytes) -> "Future[httpx.Response]":
    asked = running.threads.submit(running.client.post, CLASSIFY, params=FINE_STEPS, content=sound)
    running.busy_pid()
    return asked


def test_what_takes_longer_than_the_drain_is_told_so(tiny_models: Path, long_wav: bytes) -> None:
    with watched(tiny_models, "--workers", "1", "--drain-seconds", "1") as running:
        asked = under_way(running, long_wav)
        assert running.server.terminate() == 0
        assert_problem(asked.result(), 503, "draining")


def test_a_second_interrupt_ends_it_at_once(tiny_models: Path, long_wav: bytes) -> None:
    with watched(tiny_models, "--workers", "1") as running:
        asked = under_way(running, long_wav)
        pids = running.worker_pids()
        running.server.process.send_signal(signal.SIGINT)
        wait_for(lambda: any(line["message"] == "draining" for line in running.server.log))
        began = time.monotonic()
        running.server.process.send_signal(signal.SIGINT)
        assert running.server.process.wait(LIMIT_SECONDS) != 0
        assert time.monotonic() - began < SOONER_THAN_DRAINED_SECONDS
        with suppress(httpx.TransportError):  # there may be no time for an answer
            assert_problem(asked.result(), 503, "draining")
        wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


def test_a_live_stream_ends_with_its_report(tiny_models: Path) -> None:
    async def talk(running: Watched) -> None:
        async with connect(running.server.url.replace("http", "ws") + "/v1/stream", proxy=None) as socket:
            await socket.send(json.dumps({"sample_rate": RATE}))
            await socket.send((tone(300, 7) * 32_767).astype("<i2").tobytes())
            first, second = [json.loads(await socket.recv()) for _ in range(2)]
            assert (first["chunk"]["start"], second["chunk"]["start"]) == (0.0, 3.0)
            running.server.process.send_signal(signal.SIGTERM)
            last, report = [json.loads(await socket.recv()) for _ in range(2)]
            assert last["chunk"]["start"] == 6.0
            assert report["label"] == "music/low"
            assert report["audio"]["duration_seconds"] == 7.0
            await socket.wait_closed()
            assert socket.close_code == 1012

    with watched(tiny_models, "--workers", "1") as running:
        asyncio.run(asyncio.wait_for(talk(running), LIMIT_SECONDS))
        assert running.server.process.wait(LIMIT_SECONDS) == 0
