"""What the routes work with: made once for each app."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from fastapi.requests import HTTPConnection

from service.http.inflight import Admission
from service.http.keys.keys import Keys
from service.http.metrics import Metrics
from service.http.rate import RateLimit
from service.http.rewriter import Rewriter
from service.http.settings import ServerSettings
from service.workers.async_pool import AsyncWorkerPool


@dataclass(frozen=True, slots=True)
class Backend:
    settings: ServerSettings
    workers: AsyncWorkerPool
    admission: Admission
    keys: Keys | None
    rate: RateLimit
    metrics: Metrics
    rewriter: Rewriter


def _backend(connection: HTTPConnection) -> Backend:
    backend: Backend = connection.app.state.backend
    return backend


UsesBackend = Annotated[Backend, Depends(_backend)]
