"""The real app, its replicas and Ray's real proxy: what holds on one machine holds here. The last test ends it."""

import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest
from websockets.sync.client import connect

from service.engine import Engine
from tests.http.problem import assert_problem
from tests.http.routes.test_classify import URL, answered, expected
from tests.scale.ray_serve.service import PROXY, RayService, standing_still
from tests.sound_files import sound_bytes
from tests.tones import RATE, medley, tone
from tests.workers.waiting import wait_for

pytestmark = pytest.mark.timeout(600)
MEBIBYTE = 1024 * 1024


def test_an_answer_is_the_engines(client: httpx.Client, engine: Engine, medley_wav: bytes) -> None:
    whole = expected(engine, medley_wav)
    assert answered(client.post(URL, content=medley_wav)) == whole
    assert answered(client.post(URL, files={"file": ("a.wav", medley_wav)})) == whole
    lines = [
        json.loads(line) for line in client.post(URL, content=medley_wav, params={"format": "ndjson"}).iter_lines()
    ]
    assert [line["chunk"] for line in lines[:-1]] == whole["chunks"]


def test_several_files_of_one_request_are_no_crowd(client: httpx.Client, medley_wav: bytes) -> None:
    files = [("file", ("a.wav", medley_wav)), ("file", ("b.txt", b"words")), ("file", ("c.wav", medley_wav))]
    assert [one["status"] for one in client.post(URL, files=files).json()] == [200, 415, 200]


def test_lines_come_while_the_file_is_listened_to(client: httpx.Client) -> None:
    long = sound_bytes("wav_u8", tone(300, 1500, 8_000), 8_000)
    with client.stream("POST", URL, params={"format": "ndjson", "hop_seconds": 0.5}, content=long) as response:
        arrivals = [time.monotonic() for _ in response.iter_lines()]
    assert len(arrivals) > 2900
    assert arrivals[-1] - arrivals[len(arrivals) // 2] > 0.2 * (arrivals[-1] - arrivals[0])


def test_a_live_stream(client: httpx.Client, service: RayService) -> None:
    sound = (medley() * 32767).astype("<i2").tobytes()
    with connect(service.server.url.replace("http", "ws") + "/v1/stream", proxy=None) as socket:
        socket.send(json.dumps({"sample_rate": RATE}))
        for start in range(0, len(sound), 100_000):
            socket.send(sound[start : start + 100_000])
        socket.send(json.dumps({"end": True}))
        messages = [json.loads(message) for message in socket]
    assert sum("chunk" in message for message in messages) == 12
    assert messages[-1]["label"] == "music/low"
    assert socket.close_code == 1000


def test_the_page_and_the_documents_are_there(client: httpx.Client) -> None:
    assert client.get("/").headers["content-type"].startswith("text/html")
    assert client.get("/v1/models").json()["models"]
    assert_problem(client.get("/nowhere"), 404, "no-such-page", "/nowhere")
    assert_problem(client.get(URL), 405, "method-not-allowed")


def test_a_request_keeps_its_name_and_has_no_say_over_ray(client: httpx.Client, medley_wav: bytes) -> None:
    headers = {"X-Request-ID": "mine-1", "X-Request-Timeout-Seconds": "0.001", "X-Request-Disconnect-Disabled": "?1"}
    response = client.post(URL, content=medley_wav, headers=headers)
    assert response.status_code == 200
    assert response.headers.get_list("x-request-id") == ["mine-1"]
    assert_problem(client.post(URL, content=b"words", headers={"X-Request-ID": "no good"}), 415, "unsupported-format")


def test_limits_hold_before_a_replica_is_asked(client: httpx.Client, service: RayService) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(400):
            yield bytes(MEBIBYTE)

    before = service.count("earmark_rejects_total", "front")
    with socket.create_connection(service.server.address) as connection:
        connection.sendall(f"POST {URL} HTTP/1.1\r\nHost: x\r\nContent-Length: 300000001\r\n\r\n".encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")
    assert_problem(client.post(URL, content=pieces()), 413, "body-too-large", "300000000")
    assert_problem(client.get("/", headers={"x": "y" * 20_000}), 400, "malformed-request", "16384")
    assert service.count("earmark_rejects_total", "front") == before + 3


def test_a_large_body_streams(client: httpx.Client, service: RayService) -> None:
    """Neither Ray's proxy nor the replica holds what is on its way."""
    [proxy] = service.processes(PROXY)
    watched = [proxy, *service.workers().values()]
    for one in watched:
        _forget_peak(one)
    before = {one.pid: _peak_bytes(one) for one in watched}
    sent = 160 * MEBIBYTE

    def pieces() -> Iterator[bytes]:
        for _ in range(sent // MEBIBYTE):
            yield bytes(MEBIBYTE)

    assert_problem(client.post(URL, content=pieces()), 415, "unsupported-format")
    for one in watched:
        assert _peak_bytes(one) - before[one.pid] < 0.8 * sent


def test_health_and_counts(client: httpx.Client, service: RayService, medley_wav: bytes) -> None:
    assert client.get("/health/live").json() == {"status": "live"}
    assert client.get("/health/ready").json() == {"status": "ready"}
    assert client.get("/-/healthz").text == "success"  # what KubeRay asks
    before = service.count("earmark_analyses_total")
    for _ in range(3):
        assert client.post(URL, content=medley_wav).status_code == 200
    wait_for(lambda: service.count("earmark_analyses_total") == before + 3)
    assert service.count("earmark_workers", "files") == 2
    assert service.count("process_cpu_seconds_total", "rest") > 0


def test_what_waits_too_long_and_what_is_too_much(client: httpx.Client, service: RayService, medley_wav: bytes) -> None:
    """Two are listened to, four wait, and there is room for no more; those who wait are told, and so are those who
    take for ever."""
    with standing_still(*service.workers()), ThreadPoolExecutor(6) as pool:
        futures = [pool.submit(_post, client, medley_wav) for _ in range(6)]
        wait_for(lambda: service.count("earmark_queue") == 4 and service.count("earmark_workers_busy") == 2)
        assert client.get("/health/ready").status_code == 200
        full = assert_problem(client.post(URL, content=medley_wav), 503, "queue-full", "6 uploads", "6 are allowed")
        assert full["status"] == 503
        answers = [future.result() for future in futures]
    late = [answer for answer in answers if answer.status_code == 503]
    assert len(late) == 4
    for answer in late:
        assert_problem(answer, 503, "queue-full", "4 s")
        assert int(answer.headers["retry-after"]) > 0
    for answer in answers:
        if answer not in late:
            assert_problem(answer, 504, "deadline-exceeded", "6 s")


def test_a_dead_worker_costs_its_own_request_and_no_replica(
    client: httpx.Client, service: RayService, medley_wav: bytes
) -> None:
    replicas = set(service.workers().values())
    with ThreadPoolExecutor(2) as pool:
        with standing_still(*service.workers()):
            futures = [pool.submit(_post, client, medley_wav) for _ in range(2)]
            wait_for(lambda: service.count("earmark_workers_busy") == 2)
            next(iter(service.workers())).kill()
        answers = sorted((future.result() for future in futures), key=lambda answer: answer.status_code)
    assert answers[0].status_code == 200
    assert_problem(answers[1], 500, "worker-crashed", "Others are unaffected")
    service.wait_until_whole()
    assert set(service.workers().values()) == replicas


def test_a_dead_replica_loses_nothing(client: httpx.Client, service: RayService, medley_wav: bytes) -> None:
    """What it had goes to the other one, and so does all that comes after; a new one takes its place."""
    worker, replica = next(iter(service.workers().items()))
    with standing_still(worker), ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(_post, client, medley_wav) for _ in range(2)]
        wait_for(lambda: sum(future.done() for future in futures) == 1)
        replica.kill()
        assert [future.result().status_code for future in futures] == [200, 200]
    for _ in range(4):
        assert client.post(URL, content=medley_wav).status_code == 200
    service.wait_until_whole()
    assert replica not in service.workers().values()


def test_a_client_who_leaves_costs_no_more_work(client: httpx.Client, service: RayService) -> None:
    long = sound_bytes("wav_u8", tone(300, 3600, 8_000), 8_000)
    with pytest.raises(httpx.ReadTimeout):
        client.post(URL, content=long, params={"hop_seconds": 0.1}, timeout=httpx.Timeout(60, read=0.5))
    wait_for(lambda: service.count("earmark_workers_busy") == 0)
    assert service.count("earmark_queue") == 0


def test_rays_own_ports_ask_for_a_token(service: RayService) -> None:
    """They are open on every address of the machine."""
    for process in service.processes(PROXY):
        assert len(process.environ()["RAY_AUTH_TOKEN"]) == 64
        assert process.environ()["RAY_AUTH_MODE"] == "token"


def test_it_stops_in_good_order(client: httpx.Client, service: RayService, medley_wav: bytes) -> None:
    """Says so, finishes what it has, and leaves no process behind."""
    everything = service.processes()
    codes: list[int] = []
    with standing_still(*service.workers()):
        under_way = threading.Thread(target=lambda: codes.append(_post(client, medley_wav).status_code))
        under_way.start()
        wait_for(lambda: service.count("earmark_workers_busy") == 1)
        service.server.process.send_signal(signal.SIGTERM)
        wait_for(lambda: client.get("/health/ready").status_code == 503)
        refused = client.post(URL, content=medley_wav)
        assert_problem(refused, 503, "draining")
        assert int(refused.headers["retry-after"]) > 0
    under_way.join(60)
    assert codes == [200]
    assert service.server.process.wait(120) == 0
    assert [entry["message"] for entry in service.server.log[-2:]] == ["draining", "stopped"]
    _, alive = psutil.wait_procs(everything, timeout=60)
    assert not alive


def _post(client: httpx.Client, sound: bytes) -> httpx.Response:
    return client.post(URL, content=sound, params={"detail": "summary"})


def _forget_peak(process: psutil.Process) -> None:
    Path(f"/proc/{process.pid}/clear_refs").write_text("5")


def _peak_bytes(process: psutil.Process) -> int:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    [line] = [line for line in lines if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024
