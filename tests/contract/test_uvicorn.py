"""The internals of uvicorn that service/http builds on. Another uvicorn may lack them: then a sentence says which."""

import asyncio
import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import Server, ServerState

from service.http.graceful_server import GracefulServer
from service.http.uvicorn_protocols import StreamProtocol, StrictProtocol

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
CALLED: dict[type, dict[str, str]] = {
    H11Protocol: {
        "connection_made": "transport",
        "connection_lost": "exc",
        "data_received": "data",
        "pause_writing": "",
        "resume_writing": "",
        "handle_websocket_upgrade": "event",
        "send_400_response": "msg",
        "_unset_keepalive_if_required": "",
    },
    WebSocketsSansIOProtocol: {
        "connection_lost": "exc",
        "data_received": "data",
        "pause_writing": "",
        "resume_writing": "",
        "receive": "",
        "send": "message",
        "send_receive_event_to_app": "",
        "handle_parser_exception": "",
    },
    Server: {
        "run": "sockets",
        "startup": "sockets",
        "shutdown": "sockets",
        "handle_exit": "sig, frame",
        "on_tick": "counter",
    },
}
"""Methods that we override or call, with their parameters."""
CONFIG = {"h11_max_incomplete_event_size", "ws", "ws_max_size", "ws_per_message_deflate", "lifespan", "server_header"}
OURS = {H11Protocol: StrictProtocol, WebSocketsSansIOProtocol: StreamProtocol, Server: GracefulServer}


@pytest.fixture
def parts() -> Iterator[dict[type, Any]]:
    """One of each, as uvicorn makes them."""
    config = uvicorn.Config(Mock(), http=H11Protocol, ws=WebSocketsSansIOProtocol, lifespan="off", log_config=None)
    config.load()
    loop = asyncio.new_event_loop()
    yield {
        H11Protocol: H11Protocol(config=config, server_state=ServerState(), app_state={}, _loop=loop),
        WebSocketsSansIOProtocol: WebSocketsSansIOProtocol(
            config=config, server_state=ServerState(), app_state={}, _loop=loop
        ),
        RequestResponseCycle: RequestResponseCycle(**dict.fromkeys(_parameters(RequestResponseCycle), Mock())),
        Server: Server(config),
        ServerState: ServerState(),
        uvicorn.Config: config,
    }
    loop.close()


def _parameters(function: Any) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name != "self"]


def lacks(what: str) -> str:
    return (
        f"uvicorn {uvicorn.__version__} has no {what}. Adapt service/http, then this test and pyproject.toml's bounds."
    )


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in CALLED.items() for name in names])
def test_methods_that_we_override_or_call_have_their_parameters(kind: type, name: str) -> None:
    method = getattr(kind, name, None)
    parameters = CALLED[kind][name]
    assert method is not None, lacks(f"{kind.__name__}.{name}")
    assert ", ".join(_parameters(method)) == parameters, lacks(f"{kind.__name__}.{name}({parameters})")


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (H11Protocol, "app config conn connections cycle loop server_state transport"),
        (RequestResponseCycle, "disconnected message_event"),
        (
            WebSocketsSansIOProtocol,
            "close_sent conn curr_msg_data_type disconnected frames handshake_complete handshake_initiated",
        ),
        (
            WebSocketsSansIOProtocol,
            "initial_response loop read_paused transport writable",
        ),
        (Server, "config force_exit server_state should_exit"),
        (ServerState, "connections default_headers"),
        (uvicorn.Config, "h11_max_incomplete_event_size host port timeout_graceful_shutdown"),
    ],
)
def test_what_we_read_and_set_is_there(parts: dict[type, Any], kind: type, names: str) -> None:
    for name in names.split():
        assert hasattr(parts[kind], name), lacks(f"{kind.__name__}.{name}")


def test_config_takes_what_we_give_it() -> None:
    for name in CONFIG:
        assert name in _parameters(uvicorn.Config), lacks(f"option {name} of Config")


def test_every_method_that_we_override_is_listed_here() -> None:
    for kind, ours in OURS.items():
        mine = {name for one in ours.__mro__ if one.__module__.startswith("service.") for name in vars(one)}
        overridden = {name for name in mine if hasattr(kind, name) and not name.startswith("__")}
        assert overridden <= set(CALLED[kind]), overridden - set(CALLED[kind])


def test_only_the_minor_version_that_was_tried_is_allowed() -> None:
    dependencies = tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]["dependencies"]
    (bounds,) = (re.fullmatch(r"uvicorn>=0\.(\d+),<0\.(\d+)", line) for line in dependencies if "uvicorn" in line)
    assert bounds, "uvicorn needs an upper bound: service/http overrides its internals"
    minor = int(uvicorn.__version__.split(".")[1])
    assert int(bounds[1]) <= minor < int(bounds[2]) == int(bounds[1]) + 1
