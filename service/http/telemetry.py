"""Traces, if an endpoint is set: a span for each request, sent by OTLP. Otherwise no package of it is imported."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.types import Scope

from service.errors import InvalidSettings
from service.extras import how_to_install
from service.http.observe import UNMATCHED, Exchange
from service.http.server_settings import ServerSettings

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

_PATIENCE_SECONDS = 3.0
"""For a collector that does not answer: the end of the process waits for it."""


def open_telemetry(settings: ServerSettings) -> list[Telemetry]:
    """One observer, or none if no endpoint is set. Spans that are left are sent when the process ends.

    Raises InvalidSettings if the packages are missing."""
    if settings.otlp_endpoint is None:
        return []
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        raise InvalidSettings(
            f"EARMARK_OTLP_ENDPOINT is set, but the packages for traces are missing. {how_to_install('telemetry')}"
        ) from None
    release = version("earmark")
    provider = TracerProvider(resource=Resource.create({"service.name": "earmark", "service.version": release}))
    exporter = OTLPSpanExporter(f"{settings.otlp_endpoint.rstrip('/')}/v1/traces", timeout=_PATIENCE_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return [Telemetry(provider.get_tracer("earmark", release))]


class Telemetry:
    """Names and attributes after OpenTelemetry's conventions for HTTP servers."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def begin(self, scope: Scope) -> Callable[[Exchange], None]:
        from opentelemetry.trace import SpanKind  # noqa: PLC0415
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

        method = scope.get("method", "GET")  # a live stream begins as one
        attributes = {
            "http.request.method": method,
            "url.scheme": scope["scheme"],
            "network.protocol.version": scope["http_version"],
        }
        parent = TraceContextTextMapPropagator().extract(Headers(scope=scope))
        span = self._tracer.start_span(method, parent, SpanKind.SERVER, attributes)
        return lambda exchange: _end(span, method, exchange)


def _end(span: Span, method: str, exchange: Exchange) -> None:
    from opentelemetry.trace import StatusCode  # noqa: PLC0415

    if exchange.route != UNMATCHED:
        span.update_name(f"{method} {exchange.route}")
        span.set_attribute("http.route", exchange.route)
    span.set_attributes(
        {
            "http.response.status_code": exchange.status,
            "http.request.body.size": exchange.bytes_in,
            "http.response.body.size": exchange.bytes_out,
            "earmark.request_id": exchange.request_id,
        }
    )
    if exchange.status >= 500:
        span.set_attribute("error.type", exchange.problem or str(exchange.status))
        span.set_status(StatusCode.ERROR)
    for number, facts in enumerate(exchange.facts):
        span.add_event(
            "analysis",
            {
                "earmark.file": number,
                "earmark.container": facts.container,
                "earmark.audio_seconds": facts.audio_seconds,
                "earmark.chunks": facts.chunks,
                **{f"earmark.stage.{stage}_seconds": seconds for stage, seconds in facts.stages.items()},
            },
        )
    span.end()
