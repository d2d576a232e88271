"""Two real replicas behind a real nginx, with the configuration that ships."""

import asyncio
import json
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest
from websockets.asyncio.client import connect

from service.errors import PROBLEM_PREFIX
from tests.deploy.crossed_replica import crossed_replica
from tests.deploy.manifests import nginx_value, text
from tests.deploy.proxy import Proxy, free_port, proxying
from tests.http.problem import assert_problem
from tests.http.server import Server, serving
from tests.sound_files import sound_bytes
from tests.test_errors import ALL
from tests.tones import RATE, medley, tone
from tests.workers.waiting import wait_for

CLASSIFY = "/v1/classify"
LONGEST_SECONDS = 200.0
UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def replicas(tiny_models: Path) -> Iterator[tuple[Server, Server]]:
    with serving(tiny_models, "--workers", "1") as one, serving(tiny_models, "--workers", "1") as other:
        yield one, other


@pytest.fixture(scope="module")
def proxy(replicas: tuple[Server, Server], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with proxying(tmp_path_factory.mktemp("nginx"), [one.address for one in replicas]) as proxy:
        yield proxy


@pytest.fixture
def client(proxy: Proxy) -> Iterator[httpx.Client]:
    with proxy.client() as client:
        yield client


@pytest.fixture(scope="module")
def wav() -> bytes:
    return sound_bytes("wav_16", medley(), RATE)


@pytest.fixture(scope="module")
def long_wav() -> bytes:
    """15 minutes: in fine steps, listened to for a second or more."""
    return sound_bytes("wav_u8", np.tile(tone(300, 60, 8_000), 15), 8_000)


def counted(server: Server, name: str, **labels: str) -> float:
    with server.client() as client:
        lines = client.get("/metrics").text.splitlines()
    wanted = [f'{label}="{value}"' for label, value in labels.items()]
    return sum(
        float(line.split()[-1])
        for line in lines
        if re.match(rf"{name}[ {{]", line) and all(label in line for label in wanted)
    )


def test_answers_are_those_of_the_service(
    client: httpx.Client, replicas: tuple[Server, Server], wav: bytes, proxy: Proxy
) -> None:
    with replicas[0].client() as direct:
        expected = direct.post(CLASSIFY, files={"file": ("a.wav", wav)}).json()
    for _ in range(4):
        answer = client.post(CLASSIFY, files={"file": ("a.wav", wav)})
        assert answer.status_code == 200
        assert {**answer.json(), "id": ""} == {**expected, "id": ""}
    hosts = {line["replica"] for line in proxy.logged(4)}
    assert len(hosts) == 2, "both take part"


def test_a_request_keeps_its_name(client: httpx.Client, proxy: Proxy) -> None:
    assert client.get("/health/live", headers={"X-Request-ID": "mine.1"}).headers["x-request-id"] == "mine.1"
    replaced = client.get("/health/live", headers={"X-Request-ID": 'a"b'}).headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", replaced)
    assert_problem(client.get("/nowhere", headers={"X-Request-ID": "mine.2"}), 404, "no-such-page")
    wait_for(lambda: "mine.2" in proxy.access_log.read_text())


def test_a_body_over_the_limit_is_refused_before_it_is_sent(proxy: Proxy) -> None:
    limit = int(nginx_value("client_max_body_size"))
    with socket.create_connection(proxy.address, 30) as connection:
        connection.sendall(f"POST {CLASSIFY} HTTP/1.1\r\nHost: a\r\nContent-Length: {limit + 1}\r\n\r\n".encode())
        head, _, body = connection.recv(65_536).decode().partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 413 ")
    assert "Content-Type: application/problem+json" in head
    problem = json.loads(body)
    assert problem["type"] == f"{PROBLEM_PREFIX}body-too-large"
    assert f"{limit + 1} bytes; {limit} are allowed" in problem["detail"]
    assert problem["request_id"] in head


def test_what_the_proxy_says_is_said_in_the_words_of_the_service() -> None:
    said = re.findall(
        rf'"type": "{PROBLEM_PREFIX}([\w-]+)", "title": "([^"]+)", "status": (\d+|\$status)',
        text("deploy/proxy/nginx.conf"),
    )
    assert len(said) == 7
    known = {kind.slug: (kind.title, str(kind.status)) for kind in ALL}
    for slug, title, status in said:
        assert known[slug] == (title, "500" if status == "$status" else status)


def test_metrics_are_not_for_outside(client: httpx.Client) -> None:
    assert_problem(client.get("/metrics"), 404, "no-such-page")


def test_uploads_stream(proxy: Proxy, replicas: tuple[Server, Server], wav: bytes) -> None:
    """The replica has the beginning before the client has sent the end."""
    before = sum(counted(one, "earmark_requests_in_flight") for one in replicas)
    head = f"POST {CLASSIFY} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(wav)}\r\n\r\n".encode()
    with socket.create_connection(proxy.address, 30) as connection:
        connection.sendall(head + wav[: len(wav) // 2])
        wait_for(lambda: sum(counted(one, "earmark_requests_in_flight") for one in replicas) > before)
        connection.sendall(wav[len(wav) // 2 :])
        assert connection.recv(12) == b"HTTP/1.1 200"


def test_lines_come_as_they_are_made(client: httpx.Client, replicas: tuple[Server, Server], long_wav: bytes) -> None:
    """The client has the first line while the replica still listens."""
    query = {"format": "ndjson", "hop_seconds": "0.1"}
    with client.stream("POST", CLASSIFY, params=query, content=long_wav) as answer:
        lines = answer.iter_lines()
        assert "chunk" in json.loads(next(lines))
        assert sum(counted(one, "earmark_workers_busy") for one in replicas) == 1
        assert json.loads(list(lines)[-1])["label"]


def test_live_streams_pass(proxy: Proxy) -> None:
    async def talk() -> None:
        async with connect(proxy.url.replace("http", "ws") + "/v1/stream", proxy=None) as stream:
            await stream.send(json.dumps({"sample_rate": RATE}))
            await stream.send((tone(300, 7) * 32_767).astype("<i2").tobytes())
            assert [json.loads(await stream.recv())["chunk"]["start"] for _ in range(2)] == [0.0, 3.0]
            await stream.send('{"end": true}')
            assert json.loads(await stream.recv())["chunk"]["end"] == 7.0
            assert json.loads(await stream.recv())["label"] == "music/low"

    asyncio.run(asyncio.wait_for(talk(), 60))


def test_a_replica_that_does_not_listen_costs_nothing(
    replicas: tuple[Server, Server], tmp_path: Path, wav: bytes
) -> None:
    nobody = ("127.0.0.1", free_port())
    with proxying(tmp_path, [nobody, replicas[0].address]) as proxy, proxy.client() as client:
        assert [client.post(CLASSIFY, content=wav).status_code for _ in range(6)] == [200] * 6
        assert f"{nobody[0]}:{nobody[1]}, " in "".join(line["replica"] for line in proxy.logged(6))


def test_an_upload_that_was_sent_is_not_sent_again(replicas: tuple[Server, Server], tmp_path: Path, wav: bytes) -> None:
    """Whether it was served nobody knows; the client is told to decide."""
    served = counted(replicas[0], "earmark_requests_total", method="POST")
    with crossed_replica() as crossed, proxying(tmp_path, [crossed.address, replicas[0].address]) as proxy:
        with proxy.client() as client:
            answers = [client.post(CLASSIFY, content=wav) for _ in range(4)]
        lost = [answer for answer in answers if answer.status_code != 200]
        assert len(crossed.heads) == len(lost) > 0
        for answer in lost:
            assert_problem(answer, 503, "unavailable")
            assert int(answer.headers["retry-after"]) > 0
        wait_for(lambda: counted(replicas[0], "earmark_requests_total", method="POST") - served == 4 - len(lost))


def test_only_what_can_be_repeated_is_asked_again_after_503(
    replicas: tuple[Server, Server], tmp_path: Path, wav: bytes
) -> None:
    with (
        crossed_replica(UNAVAILABLE) as full,
        proxying(tmp_path, [full.address, replicas[0].address]) as proxy,
        proxy.client() as client,
    ):
        uploads = [client.post(CLASSIFY, content=wav).status_code for _ in range(4)]
        questions = [client.get("/v1/models").status_code for _ in range(4)]
    assert uploads.count(503) == sum(head.startswith(b"POST") for head in full.heads) > 0
    assert uploads.count(200) > 0
    assert questions == [200] * 4
    assert any(head.startswith(b"GET") for head in full.heads)


def test_a_replica_that_stops_gets_nothing_new_and_loses_nothing(
    replicas: tuple[Server, Server], tiny_models: Path, tmp_path: Path, wav: bytes, long_wav: bytes
) -> None:
    staying = replicas[0]
    fine = {"hop_seconds": "0.1", "detail": "summary"}
    with (
        serving(tiny_models, "--workers", "1", "--drain-seconds", "300") as leaving,
        proxying(tmp_path, [leaving.address, staying.address]) as proxy,
        proxy.client() as client,
        ThreadPoolExecutor(2) as threads,
    ):
        under_way = [threads.submit(client.post, CLASSIFY, params=fine, content=long_wav) for _ in range(2)]
        wait_for(lambda: all(counted(one, "earmark_workers_busy") for one in (leaving, staying)))
        stopping = threading.Thread(target=leaving.terminate, args=(LONGEST_SECONDS,))
        stopping.start()
        wait_for(lambda: any(line["message"] == "draining" for line in leaving.log))
        late = [client.post(CLASSIFY, content=wav).status_code for _ in range(6)]
        assert [one.result(LONGEST_SECONDS).status_code for one in under_way] == [200, 200]
        stopping.join(LONGEST_SECONDS)
        assert leaving.process.returncode == 0
        assert late == [200] * 6
        served = {line["replica"].split(", ")[-1] for line in proxy.logged(8) if line["bytes_in"] < len(long_wav)}
        assert served == {f"{staying.address[0]}:{staying.address[1]}"}


def test_without_any_replica_it_says_so(tmp_path: Path, wav: bytes) -> None:
    with proxying(tmp_path, [("127.0.0.1", free_port())] * 2) as proxy, proxy.client() as client:
        refused = client.post(CLASSIFY, content=wav)
        assert_problem(refused, 503, "unavailable")
        assert int(refused.headers["retry-after"]) > 0
