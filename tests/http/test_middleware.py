import logging
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.http.edges import Edges, edges
from tests.http.problem import assert_problem
from tests.workers.waiting import wait_for


@pytest.fixture(scope="module")
def running() -> Iterator[Edges]:
    with edges(max_body_bytes=1000, cors_origins="https://a.example") as running:
        yield running


@pytest.fixture
def client(running: Edges) -> Iterator[httpx.Client]:
    with running.client() as client:
        yield client


@pytest.mark.parametrize("request_id", ["a", "Ab9._-", "x" * 128])
def test_a_request_id_is_echoed(client: httpx.Client, request_id: str) -> None:
    assert client.get("/health/live", headers={"X-Request-ID": request_id}).headers["x-request-id"] == request_id


@pytest.mark.parametrize("request_id", ["", "x" * 129, "a b", 'a"b', "ä"])
def test_a_request_id_that_is_not_fit_for_a_log_is_replaced(client: httpx.Client, request_id: str) -> None:
    answered = client.get("/health/live", headers=[(b"X-Request-ID", request_id.encode())]).headers["x-request-id"]
    assert len(answered) == 32
    assert answered != request_id


def test_requests_are_logged_by_template_and_without_what_was_sent(
    client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    client.get("/v1/models/my-private-name?token=secret")
    client.get("/private/path")
    client.post("/v1/classify", content=b"12345", headers={"Content-Disposition": 'attachment; filename="mine.mp3"'})

    def access_lines() -> list[dict[str, Any]]:
        return [vars(record) for record in caplog.records if record.name == "earmark.access"]

    wait_for(lambda: len(access_lines()) == 3)  # a line is written once its answer is sent
    lines = access_lines()
    seen = [(line["method"], line["route"], line["status"], line["bytes_in"]) for line in lines]
    assert seen == [
        ("GET", "/v1/models/{name}", 200, 0),
        ("GET", "unmatched", 404, 0),
        ("POST", "/v1/classify", 200, 5),
    ]
    assert lines[1]["problem"] == "no-such-page"
    assert lines[2]["audio_seconds"] == 10.0
    assert lines[2]["bytes_out"] == 1
    written = str(lines)
    assert not [word for word in ("private", "secret", "mine.mp3") if word in written]


def test_a_client_that_left_is_logged_as_such(running: Edges, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with socket.create_connection(running.address, 30) as connection:
        connection.sendall(b"POST /v1/classify HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345")
        wait_for(lambda: running.backend.admission.in_flight)
    wait_for(lambda: caplog.records and not running.backend.admission.in_flight)
    (line,) = [vars(record) for record in caplog.records]
    assert (line["status"], line["bytes_in"], line["bytes_out"]) == (499, 5, 0)


def test_metrics_count_by_template(client: httpx.Client, running: Edges) -> None:
    for _ in range(2):
        client.get("/v1/models/a")
    client.request("PROPFIND", "/v1/models/a")
    client.post("/v1/classify", content=b"123")
    # A request is counted once its answer is sent.
    wait_for(lambda: "earmark_requests_in_flight 0.0" in running.backend.metrics.render().decode())
    text = running.backend.metrics.render().decode()
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    route = ("route", "/v1/models/{name}")
    assert samples["earmark_requests_total", ("method", "GET"), route, ("status", "2xx")] >= 2
    assert samples["earmark_requests_total", ("method", "other"), route, ("status", "4xx")] == 1
    assert samples["earmark_rejects_total", ("reason", "method-not-allowed")] == 1
    assert samples["earmark_upload_bytes_total",] >= 3
    assert samples["earmark_audio_seconds_total",] >= 10
    assert samples["earmark_stage_seconds_count", ("stage", "decode")] >= 1
    assert samples["earmark_real_time_factor_sum",] >= 0.004
    assert samples["earmark_workers_ready",] == 2
    assert samples["earmark_worker_restarts_total",] == 4
    assert samples["earmark_requests_in_flight",] == 0
    assert samples["process_resident_memory_bytes",] > 0


def test_models_are_named(running: Edges) -> None:
    running.backend.metrics.name_model("genre", "genre", "1.2.3")
    assert b'earmark_model_info{name="genre",place="genre",version="1.2.3"} 1.0' in running.backend.metrics.render()


def test_pages_may_do_little_and_answers_nothing(client: httpx.Client) -> None:
    page = client.get("/").headers
    assert "script-src 'self'" in page["content-security-policy"]
    assert "unsafe" not in page["content-security-policy"]
    for headers in (client.get("/v1/models/a").headers, client.get("/nowhere").headers):
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"


def test_a_body_that_says_it_is_too_large_is_refused_at_once(client: httpx.Client) -> None:
    response = client.post("/v1/classify", content=b"x" * 1001)
    assert_problem(response, 413, "body-too-large", "1001", "1000")
    assert response.headers["connection"] == "close"
    assert client.post("/v1/classify", content=b"x" * 1000).json() == 1000


def test_a_head_that_came_in_one_piece_is_measured_too(client: httpx.Client) -> None:
    response = client.get("/health/live", headers={"X-Filler": "x" * 17_000})
    assert_problem(response, 400, "malformed-request", "16384")


def test_pages_of_named_origins_may_ask(client: httpx.Client) -> None:
    response = client.get("/health/live", headers={"Origin": "https://a.example"})
    assert response.headers["access-control-allow-origin"] == "https://a.example"
    assert "X-Request-ID" in response.headers["access-control-expose-headers"]
    assert (
        "access-control-allow-origin" not in client.get("/health/live", headers={"Origin": "https://b.example"}).headers
    )


def test_preflight(client: httpx.Client) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-api-key, content-type"}
    assert client.options("/v1/classify", headers={"Origin": "https://a.example", **asked}).status_code == 200
    refused = client.options("/v1/classify", headers={"Origin": "https://b.example", **asked})
    assert_problem(refused, 400, "malformed-request", "EARMARK_CORS_ORIGINS")


def test_cors_is_off_by_default() -> None:
    with edges() as running, running.client() as client:
        headers = client.get("/health/live", headers={"Origin": "https://a.example"}).headers
        assert "access-control-allow-origin" not in headers
