"""The app as applications of Ray Serve: what a serve config names, and what `earmark serve --engine ray` runs."""

from typing import Any, Literal

import ray
from pydantic import BaseModel, ConfigDict
from ray import serve as ray_serve
from ray.serve.config import AutoscalingConfig, RequestRouterConfig

from service.http.settings import ServerSettings
from service.scale.desk import FILES
from service.scale.free_first import PAUSE_SECONDS, FreeFirst
from service.scale.replica import Replica, builder

Part = Literal["files", "rest"]
"""Files are listened to by replicas that do nothing else; the rest is the page, the documents and live streams."""
ROUTES: dict[Part, str] = {"rest": "/", "files": FILES}

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
    """Of `application`, in a serve config; further settings come from the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    part: Part
    settings: dict[str, Any] = {}
    """By their names without the prefix, such as `max_requests`."""


def application(arguments: Arguments) -> ray_serve.Application:
    """One of the two applications that make the service; `ROUTES` says where each belongs. Raises InvalidSettings."""
    return application_of(ServerSettings.read(**arguments.settings), arguments.part)


def application_of(settings: ServerSettings, part: Part) -> ray_serve.Application:
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
    )(ray_serve.ingress(builder(settings, part))(Replica))
    return deployed.bind()


def name_of(part: Part) -> str:
    """Of the application and of its only deployment."""
    return f"earmark-{part}"
