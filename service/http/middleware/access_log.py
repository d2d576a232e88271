"""A line for every request: no address, no query, no file name."""

import logging
from collections.abc import Callable

from starlette.types import Scope

from service.http.exchange import Exchange

_LOG = logging.getLogger("earmark.access")


class AccessLog:
    def begin(self, _scope: Scope) -> Callable[[Exchange], None]:
        return _write


def _write(exchange: Exchange) -> None:
    line: dict[str, object] = {
        "method": exchange.method,
        "route": exchange.route,
        "status": exchange.status,
        "seconds": round(exchange.seconds, 4),
        "bytes_in": exchange.bytes_in,
        "bytes_out": exchange.bytes_out,
    }
    if exchange.key_name is not None:
        line["key"] = exchange.key_name
    if exchange.problem is not None:
        line["problem"] = exchange.problem
    if exchange.facts:
        line["audio_seconds"] = round(sum(facts.audio_seconds for facts in exchange.facts), 3)
    _LOG.info("request", extra=line)
