"""Traces, as a collector gets them."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.http.server import serving
from tests.sound_files import sound_bytes
from tests.tones import RATE, tone

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@contextmanager
def collecting() -> Iterator[tuple[str, list[Span]]]:
    """The endpoint, and the spans that were sent to it."""
    spans: list[Span] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                import gzip

                body = gzip.decompress(body)
            assert self.path == "/v1/traces"
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    spans.extend(scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", spans
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def test_each_request_is_a_span_and_none_is_lost_at_the_end(tiny_models: Path) -> None:
    with collecting() as (endpoint, spans):
        with serving(tiny_models, "--workers", "1", "--otlp-endpoint", endpoint) as running:
            with running.client() as client:
                client.get("/v1/models/nonsense?a=b", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
                client.get("/nowhere/at/all")
                wav = sound_bytes("wav_16", tone(440, 4), RATE)
                answer = client.post("/v1/classify", content=wav)
                assert answer.status_code == 200
            assert running.terminate() == 0
        by_name = {span.name: span for span in spans}
    assert set(by_name) == {"GET /v1/models/{name}", "GET", "POST /v1/classify"}
    model = by_name["GET /v1/models/{name}"]
    assert model.trace_id.hex() == TRACE
    assert model.parent_span_id.hex() == PARENT
    assert model.kind == Span.SPAN_KIND_SERVER
    upload = by_name["POST /v1/classify"]
    attributes = {one.key: one.value for one in upload.attributes}
    assert attributes["http.request.method"].string_value == "POST"
    assert attributes["http.route"].string_value == "/v1/classify"
    assert attributes["http.response.status_code"].int_value == 200
    assert attributes["http.request.body.size"].int_value == len(wav)
    assert attributes["earmark.request_id"].string_value == answer.headers["x-request-id"]
    (analysis,) = upload.events
    facts = {one.key: one.value for one in analysis.attributes}
    assert facts["earmark.audio_seconds"].double_value == 4.0
    assert facts["earmark.stage.decode_seconds"].double_value > 0


WITHOUT_PACKAGES = """
import sys
sys.modules["opentelemetry.sdk.trace"] = None
from service.http.server_settings import ServerSettings
from service.http.telemetry import open_telemetry
print(open_telemetry(ServerSettings.read()))
assert "opentelemetry" not in sys.modules
open_telemetry(ServerSettings.read(otlp_endpoint="http://127.0.0.1:1"))
"""


def test_missing_packages_are_a_sentence_with_what_to_install() -> None:
    program = [sys.executable, "-c", WITHOUT_PACKAGES]
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=180)
    assert done.stdout == "[]\n"
    assert "service.errors.InvalidSettings" in done.stderr
    assert ".whl[telemetry]'` in the wheel's folder" in done.stderr


def test_a_collector_that_is_not_there_does_no_harm(tiny_models: Path) -> None:
    with serving(tiny_models, "--workers", "1", "--otlp-endpoint", "http://127.0.0.1:9") as running:
        with running.client() as client:
            assert client.get("/health/live").status_code == 200
        assert running.terminate() == 0
