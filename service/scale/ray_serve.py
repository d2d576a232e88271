"""The app as applications of Ray Serve: what a serve config names, and what `earmark serve --engine ray` runs.

A replica is the app, with one worker process in which it analyses one request at a time."""

import asyncio
from collections.abc import Callable
from typing import Any, Literal

import ray
from pydantic import BaseModel, ConfigDict
from ray import serve as ray_serve
from ray.serve.config import AutoscalingConfig, RequestRouterConfig
from starlette.types import ASGIApp, Receive, Scope, Send

from service.errors import EarmarkError
from service.http.app import create_app
from service.http.backend import Backend
from service.http.logs import configure_logging
from service.http.server_settings import ServerSettings
from service.scale.cluster_state import Reporter, StatusReport
from service.scale.proxy_app import FILES
from service.scale.relay import TellsTheFront
from service.scale.request_router import PAUSE_SECONDS, FreeFirst

ServicePart = Literal["files", "rest"]
"""Files are listened to by replicas that do nothing else; the rest is the page, the documents and live streams."""
ROUTES: dict[ServicePart, str] = {"rest": "/", "files": FILES}

UPSCALE_SECONDS = 5.0
DOWNSCALE_SECONDS = 120.0
LOOK_BACK_SECONDS = 15.0
"""What is waiting is averaged over so long; loading a replica takes two seconds."""
CHECK_SECONDS, CHECK_PATIENCE_SECONDS = 5.0, 10.0
_LOOK_EVERY_SECONDS = 0.2
_ROUTING: dict[str, Any] = {
    "request_router_class": FreeFirst,
    "initial_backoff_s": PAUSE_SECONDS,
    "backoff_multiplier": 1,
    "max_backoff_s": PAUSE_SECONDS,
}


class Arguments(BaseModel):
    """The arguments of `application` in a serve config; further settings come from the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    part: ServicePart
    settings: dict[str, Any] = {}
    """By their names without the prefix, such as `max_requests`."""


def application(arguments: Arguments) -> ray_serve.Application:
    """One of the two applications that make the service; `ROUTES` says where each belongs. Raises InvalidSettings."""
    return application_of(ServerSettings.read(**arguments.settings), arguments.part)


def application_of(settings: ServerSettings, part: ServicePart) -> ray_serve.Application:
    """Replicas for files scale with what waits; there is one for the rest."""
    is_for_files = part == "files"
    most = settings.workers or max(1, int(ray.cluster_resources().get("CPU", 1)))  # type: ignore[no-untyped-call]
    deployed = ray_serve.deployment(
        name=name_of(part),
        ray_actor_options={"num_cpus": 1 if is_for_files else 0},
        request_router_config=RequestRouterConfig(**_ROUTING),
        max_ongoing_requests=1 if is_for_files else settings.max_requests + settings.max_streams,
        max_queued_requests=settings.max_requests,
        autoscaling_config=AutoscalingConfig(
            min_replicas=min(settings.min_replicas, most) if is_for_files else 1,
            max_replicas=most if is_for_files else 1,
            target_ongoing_requests=1,
            upscale_delay_s=UPSCALE_SECONDS,
            downscale_delay_s=DOWNSCALE_SECONDS,
            look_back_period_s=LOOK_BACK_SECONDS,
        ),
        health_check_period_s=CHECK_SECONDS,
        health_check_timeout_s=CHECK_PATIENCE_SECONDS,
        graceful_shutdown_timeout_s=settings.drain_seconds,
        graceful_shutdown_wait_loop_s=_LOOK_EVERY_SECONDS,
    )(ray_serve.ingress(_builder(settings, part))(Replica))
    return deployed.bind()


def name_of(part: ServicePart) -> str:
    """The name of the application and of its only deployment."""
    return f"earmark-{part}"


class Replica:
    """The deployment's class; what Ray wraps around it has the app."""

    app: "ReplicaApp"

    def check_health(self) -> None:
        """Ray asks this every few seconds, and replaces the replica if it raises three times."""
        self.app.check_health()


def _builder(settings: ServerSettings, part: str) -> "Callable[[], ReplicaApp]":
    """Called on the replica: an app is not pickled."""

    def build() -> "ReplicaApp":
        return ReplicaApp(settings, part)

    return build


class ReplicaApp:
    """What Ray calls: the app, which also reports."""

    def __init__(self, settings: ServerSettings, part: str) -> None:
        """In the event loop that serves it."""
        configure_logging(settings.log_level)
        app = create_app(_of_replica(settings))
        self._backend: Backend = app.state.backend
        self._counts_as_ready = part == "files"
        self._app: ASGIApp = TellsTheFront(app)
        reporter = Reporter(part, self._report, self._backend.admission)
        self._reporting = asyncio.get_running_loop().create_task(reporter.run())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Ray takes the prefix of the route for a place where the app is mounted.
        await self._app({**scope, "root_path": ""}, receive, send)

    def check_health(self) -> None:
        """Raises EarmarkError if no worker can be started; one that is just being replaced is no reason to end."""
        failure = self._backend.workers.failure
        if failure:
            raise EarmarkError(failure.detail)

    def _report(self, source: str) -> StatusReport:
        ready = self._backend.workers.ready if self._counts_as_ready else 0
        return StatusReport(source, ready, 0, self._backend.metrics.families())


def _of_replica(settings: ServerSettings) -> ServerSettings:
    """Ray has the queue: within a replica, only the files of one and the same request wait for each other."""
    longest = settings.max_files * settings.max_analysis_seconds
    return settings.model_copy(update={"workers": 1, "max_queue_seconds": longest})
