"""`earmark serve --engine ray`: starts the applications, waits for a signal, and stops in good order."""

import asyncio
import logging
import os
import signal
import socket
import threading
import time
from contextlib import suppress
from types import FrameType
from typing import Any

import ray
from ray import serve as ray_serve
from ray.serve import RunTarget
from ray.serve.config import HTTPOptions, ProxyLocation
from ray.serve.schema import LoggingConfig

from service.errors import InvalidSettings, NoWorkers
from service.http.logs import configure_logging
from service.http.server_settings import ServerSettings
from service.http.sockets import address_of, bind
from service.scale.cluster import cluster
from service.scale.cluster_state import ClusterState, open_ledger
from service.scale.proxy_app import IMPORT_PATH
from service.scale.ray_serve import ROUTES, application_of, name_of
from service.settings import PREFIX
from service.workers.async_pool import AsyncWorkerPool

_LOG = logging.getLogger(__name__)
_CALLBACK = "RAY_SERVE_HTTP_PROXY_CALLBACK_IMPORT_PATH"
_KEEP_ALIVE_SECONDS = 15
_LOOK_EVERY_SECONDS = 0.2
_PROXY_SECONDS = 120.0
"""After the replicas are ready; it has started at the same time."""


def serve_cluster(settings: ServerSettings) -> bool:
    """Until a signal ends it; False if a second one did not let it finish. Raises InvalidSettings, ModelError."""
    configure_logging(settings.log_level)
    host, port, address = _free_place(settings) if settings.ray_address is None else _named_place(settings)
    if settings.ray_address is None:
        asyncio.run(_check_models(settings))
        os.environ.update({_CALLBACK: IMPORT_PATH, **_environment(settings)})
    with cluster(settings.ray_address, settings.worker_count):
        stopping = _Stopping()
        ledger = open_ledger()
        try:
            ray.get(ledger.set_draining.remote(False))  # the last program may not have ended well
            _start(settings, host, port)
            _LOG.info("listening", extra={"address": address})
            stopping.asked.wait()
            _drain(settings, ledger, stopping)
        finally:
            if settings.ray_address is not None:
                _withdraw(ledger)
    _LOG.info("stopped")
    return not stopping.at_once.is_set()


class _Stopping:
    """What signals say: to stop, and, by a second Ctrl-C, at once."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.at_once = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._hear)

    def _hear(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the form of a signal handler
        if self.asked.is_set() and number == signal.SIGINT:
            self.at_once.set()
        self.asked.set()


def _free_place(settings: ServerSettings) -> tuple[str, int, str]:
    """Address, port, and both as a browser takes them. Ray's proxies would share a port that another program has."""
    sockets = bind(settings.host, settings.port)
    try:
        host, port = sockets[0].getsockname()[:2]
        return host, port, address_of(sockets[0])
    finally:
        for one in sockets:
            one.close()


def _named_place(settings: ServerSettings) -> tuple[str, int, str]:
    """The nodes of a cluster listen, not this machine."""
    if settings.port == 0:
        raise InvalidSettings("EARMARK_PORT is 0; with EARMARK_RAY_ADDRESS it has to be one that all nodes have free.")
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return settings.host, settings.port, f"http://{host}:{settings.port}"


async def _check_models(settings: ServerSettings) -> None:
    """A replica that cannot load them would be started again and again, and its reason be lost."""
    pool = AsyncWorkerPool(
        settings, 1, memory_bytes=settings.worker_memory_bytes, max_queue_seconds=settings.max_queue_seconds
    )
    await pool.start()
    await pool.stop()


def _environment(settings: ServerSettings) -> dict[str, str]:
    """What was set, by flags too, as the fronts read it."""
    given = {name: getattr(settings, name) for name in settings.model_fields_set if name in type(settings).model_fields}
    return {PREFIX + name.upper(): _text(value) for name, value in given.items() if value is not None}


def _text(value: Any) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _start(settings: ServerSettings, host: str, port: int) -> None:
    """Returns when replicas are ready, and a proxy listens."""
    quiet = LoggingConfig(log_level="WARNING", enable_access_log=False)
    try:
        with suppress(TimeoutError):  # it starts all the same
            ray_serve.start(
                proxy_location=ProxyLocation.HeadOnly if settings.ray_address is None else ProxyLocation.EveryNode,
                http_options=HTTPOptions(host=host, port=port, keep_alive_timeout_s=_KEEP_ALIVE_SECONDS),
                logging_config=quiet,
            )
        ray_serve.run_many(
            [
                RunTarget(application_of(settings, part), name_of(part), route, logging_config=quiet)
                for part, route in ROUTES.items()
            ]
        )
    except (RuntimeError, TimeoutError, ray.exceptions.RayError) as error:
        raise NoWorkers(f"Ray could not start the replicas: {str(error).strip().splitlines()[-1]:.300}") from None
    if settings.ray_address is None:
        _await_proxy(host, port)


def _await_proxy(host: str, port: int) -> None:
    until = time.monotonic() + _PROXY_SECONDS
    while True:
        try:
            socket.create_connection((host, port), _LOOK_EVERY_SECONDS).close()
        except OSError:
            if time.monotonic() > until:
                raise NoWorkers(f"Ray's proxy did not listen at port {port} within {_PROXY_SECONDS:g} s.") from None
            time.sleep(_LOOK_EVERY_SECONDS)
        else:
            return


def _drain(settings: ServerSettings, ledger: Any, stopping: _Stopping) -> None:
    """Nothing new, then what is in flight."""
    ray.get(ledger.set_draining.remote(True))
    _LOG.info("draining", extra={"in_flight": _state(ledger).in_flight})
    _while(lambda: True, settings.drain_delay_seconds, stopping)
    _while(lambda: _state(ledger).in_flight > 0, settings.drain_seconds, stopping)


def _state(ledger: Any) -> ClusterState:
    state: ClusterState = ray.get(ledger.state.remote())
    return state


def _while(condition: Any, seconds: float, stopping: _Stopping) -> None:
    until = time.monotonic() + seconds
    while condition() and time.monotonic() < until and not stopping.at_once.wait(_LOOK_EVERY_SECONDS):
        pass


def _withdraw(ledger: Any) -> None:
    """From a cluster that others use, only what is ours; Ray Serve itself, if nobody else is served."""
    for part in ROUTES:
        ray_serve.delete(name_of(part))
    if not ray_serve.status().applications:
        ray_serve.shutdown()  # type: ignore[no-untyped-call]
    ray.kill(ledger)
