"""Ray itself: a cluster of our own on this machine, or one that is there already."""

import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import ray

from service.errors import InvalidSettings, NoWorkers

OBJECT_STORE_BYTES = 100 * 1024 * 1024
"""Sound never goes through it."""
_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_SERVE_RUN_USER_CODE_IN_SEPARATE_THREAD": "0",
    "RAY_SERVE_RUN_ROUTER_IN_SEPARATE_LOOP": "0",
    "RAY_SERVE_LOG_TO_STDERR": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_enable_metrics_collection": "0",
    "RAY_task_events_report_interval_ms": "0",
    "RAY_SERVE_METRICS_EXPORT_INTERVAL_MS": "10000",
    "RAY_SERVE_CONTROL_LOOP_INTERVAL_S": "0.5",
    "RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S": "60",
    "RAY_SERVE_PROXY_HEALTH_CHECK_TIMEOUT_S": "30",
}
"""Nothing is sent to anybody; our own log lines are the only ones (RAY_BACKEND_LOG_LEVEL would add one of its own);
ours are the metrics; nobody reads what Ray notes of every call; its controller need not look ten times a second;
no threads around an app that never blocks; no proxy is killed for being slow."""
_ATTEMPTS = 3
"""Ray gives its processes 30 s to start, which is not enough on a machine that has too much to do."""


@contextmanager
def cluster(address: str | None, cpus: int) -> Iterator[None]:
    """Connected to the one at `address`, or to a new one on this machine with `cpus`, which ends with the block.

    Raises InvalidSettings, NoWorkers."""
    os.environ.update(_ENVIRONMENT)
    for name in ("ray", "ray.serve"):
        logging.getLogger(name).setLevel(logging.ERROR)
    if address is None:
        # Ray's own ports are open on every address of the machine; there it asks for a token, which nobody else has.
        os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)
        _start(cpus)
    else:
        try:
            ray.init(address, log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise InvalidSettings(
                f"EARMARK_RAY_ADDRESS is {address!r:.80}; no Ray cluster answers there ({type(error).__name__}). "
                "`ray start --head` starts one, and shows its address."
            ) from None
    try:
        yield
    finally:
        ray.shutdown()


def _start(cpus: int) -> None:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            ray.init(
                "local",
                num_cpus=cpus,
                object_store_memory=OBJECT_STORE_BYTES,
                include_dashboard=False,  # anybody who reaches it may run what they like
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
        except Exception as error:  # noqa: BLE001 - Ray has no type for it
            ray.shutdown()
            if attempt == _ATTEMPTS:
                raise NoWorkers(f"Ray did not start: {str(error).strip().splitlines()[0]:.200}") from None
        else:
            return
