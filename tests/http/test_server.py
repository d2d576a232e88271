"""The server as a process: how it starts, how it stops, and what it does not load."""

import signal
import socket
import threading
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from service.http.sockets import bind
from tests.cli.command import earmark
from tests.http.edges import edges
from tests.http.problem import assert_problem
from tests.http.server import serving
from tests.workers.waiting import wait_for


def test_a_port_in_use_is_a_sentence(tiny_models: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = earmark("serve", "--port", port, models=tiny_models)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert f"Port {port} is taken: another program listens at 127.0.0.1." in line


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--port", "many"], "EARMARK_PORT is 'many'"),
        (["--host", "no.such.host.invalid"], "no such address can be found"),
        (["--host", "192.0.2.1"], "is not an address of this machine"),
        (["--keys-file", "/nowhere/keys"], "`earmark key create NAME --keys-file FILE` makes it"),
    ],
)
def test_a_setting_that_does_not_fit_is_a_sentence(tiny_models: Path, flags: list[str], words: str) -> None:
    done = earmark("serve", "--port", "0", *flags, models=tiny_models)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_missing_models_are_a_sentence(tmp_path: Path) -> None:
    done = earmark("serve", "--port", "0", models=tmp_path)
    assert done.returncode == 2
    told, way_on = done.stderr.splitlines()
    assert told.startswith("There are no models.")
    assert "earmark doctor" in way_on


def test_ports_are_the_same_for_all_addresses_of_a_host() -> None:
    bound = bind("localhost", 0)
    assert len({one.getsockname()[1] for one in bound}) == 1
    for one in bound:
        one.close()


def test_the_parent_analyses_nothing_and_so_loads_nothing_for_it(tiny_models: Path) -> None:
    """Nor any tracing: the maps of the process show every library that it has."""
    with serving(tiny_models, "--workers", "1") as running, running.client() as client:
        for path in ("/health/ready", "/metrics", "/v1/models", "/v1/formats", "/openapi.json", "/docs"):
            assert client.get(path).status_code == 200, path
        maps = Path(f"/proc/{running.process.pid}/maps").read_text()
        assert running.terminate() == 0
    assert "python" in maps
    assert not [library for library in ("onnxruntime", "libav", "sndfile", "soxr") if library in maps]
    messages = [line["message"] for line in running.log]
    assert messages[0] == "listening"
    assert messages[-2:] == ["draining", "stopped"]


def test_a_second_interrupt_ends_at_once(tiny_models: Path) -> None:
    flags = ("--workers", "1", "--drain-delay-seconds", "60", "--drain-seconds", "60")
    with serving(tiny_models, *flags) as running:
        running.process.send_signal(signal.SIGINT)
        wait_for(lambda: any(line["message"] == "draining" for line in running.log))
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(30) == 130


def test_what_is_in_flight_finishes_and_what_is_new_is_refused() -> None:
    with edges(drain_delay_seconds=1.5) as running:
        answers: list[httpx.Response] = []
        with running.client() as client, running.client() as other:
            upload = threading.Thread(
                target=lambda: answers.append(client.post("/v1/classify?seconds=2.5", content=b"1234"))
            )
            upload.start()
            wait_for(lambda: running.backend.admission.in_flight == 1)
            running.server.handle_exit(signal.SIGTERM, None)
            wait_for(lambda: running.backend.admission.draining)
            refused = other.post("/v1/classify", content=b"1234")
            assert_problem(refused, 503, "draining")
            assert refused.headers["connection"] == "close"
            assert refused.headers["retry-after"]
            assert other.get("/health/live").status_code == 200
            upload.join(30)
    assert [answer.json() for answer in answers] == [4]


def test_what_does_not_finish_in_time_hears_why() -> None:
    with edges(drain_seconds=1) as running, running.client() as client:
        answers: list[httpx.Response] = []
        upload = threading.Thread(target=lambda: answers.append(client.post("/v1/classify?seconds=60", content=b"1")))
        upload.start()
        wait_for(lambda: running.backend.admission.in_flight == 1)
        running.server.handle_exit(signal.SIGTERM, None)
        upload.join(30)
    assert_problem(answers[0], 503, "draining")


def test_a_live_stream_is_ended_by_its_route() -> None:
    with edges() as running, connect(running.url.replace("http", "ws") + "/v1/stream", proxy=None) as stream:
        running.server.handle_exit(signal.SIGTERM, None)
        assert stream.recv(30) == "what was heard"
        with pytest.raises(ConnectionClosed, match="1012"):
            stream.recv(30)


def test_answers_are_sent_at_once() -> None:
    """asyncio sets TCP_NODELAY for such sockets only; without it, clients that wait for the end see 40 ms more."""
    for one in bind("127.0.0.1", 0):
        with one:
            assert one.proto == socket.IPPROTO_TCP
