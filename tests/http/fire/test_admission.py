"""More than can be done, and who is let in."""

import time
from pathlib import Path

import httpx

from tests.cli.command import earmark
from tests.http.fire.watching import CLASSIFY, FINE_STEPS, Watched, watched
from tests.http.problem import assert_problem
from tests.workers.waiting import wait_for

SOON_SECONDS = 5.0
"""Health checks take milliseconds; the machine may be busy."""


def retry_after(response: httpx.Response) -> int:
    return int(response.headers["retry-after"])


def assert_seen_from_outside(running: Watched) -> None:
    for path in ("/health/live", "/health/ready", "/metrics"):
        began = time.monotonic()
        assert running.client.get(path).status_code == 200
        assert time.monotonic() - began < SOON_SECONDS


def test_no_more_than_can_be_done(tiny_models: Path, long_wav: bytes, medley_wav: bytes) -> None:
    """One is listened to and one waits, until it has waited too long; a third is refused at once."""
    limits = ["--max-requests", "2", "--max-queue-seconds", "0.5"]
    with watched(tiny_models, "--workers", "1", *limits) as running:
        first = running.threads.submit(running.client.post, CLASSIFY, params=FINE_STEPS, content=long_wav)
        wait_for(lambda: running.count("earmark_workers_busy") == 1)
        second = running.threads.submit(running.client.post, CLASSIFY, content=medley_wav)
        wait_for(lambda: running.count("earmark_queue") == 1)
        third = running.client.post(CLASSIFY, content=medley_wav)
        assert_problem(third, 503, "queue-full", "2 uploads are in flight")
        assert_seen_from_outside(running)
        assert_problem(second.result(), 503, "queue-full", "within 0.5 s")
        assert all(1 <= retry_after(response) <= 60 for response in (second.result(), third))
        assert first.result().status_code == 200
        assert running.client.post(CLASSIFY, content=medley_wav).status_code == 200
        assert 'earmark_rejects_total{reason="queue-full"} 2.0' in running.client.get("/metrics").text


def test_who_is_let_in_and_how_often(tiny_models: Path, tmp_path: Path, medley_wav: bytes) -> None:
    """Keys are added and removed while the service runs; each has requests of its own."""
    keys_file = tmp_path / "keys"

    def new_key(name: str) -> str:
        return earmark("key", "create", name, "--keys-file", keys_file).stdout.strip()

    first = new_key("first")
    limits = ["--keys-file", str(keys_file), "--max-requests-per-minute", "2"]
    with watched(tiny_models, "--workers", "1", *limits) as running:

        def ask(key: str) -> httpx.Response:
            return running.client.post(CLASSIFY, content=medley_wav, headers={"authorization": f"Bearer {key}"})

        assert_problem(running.client.post(CLASSIFY, content=medley_wav), 401, "key-refused")
        assert [ask(first).status_code for _ in range(2)] == [200, 200]
        refused = ask(first)
        assert_problem(refused, 429, "too-many-requests", "2 requests a minute")
        assert 1 <= retry_after(refused) <= 30
        assert_seen_from_outside(running)

        assert_problem(ask("earmark_made_up"), 401, "key-refused")
        second = new_key("second")
        wait_for(lambda: ask(second).status_code == 200)
        earmark("key", "remove", "second", "--keys-file", keys_file)
        wait_for(lambda: ask(second).status_code == 401)
        assert ask(first).status_code == 429
        for key in (first, second):
            assert key.startswith("earmark_")
            assert key not in str(running.server.log)
