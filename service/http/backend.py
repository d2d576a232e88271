"""What the routes work with: one backend for each app."""

from dataclasses import dataclass
from typing import Annotated, Self

from fastapi import Depends
from fastapi.requests import HTTPConnection
from prometheus_client import CollectorRegistry

from service.http.admission import Admission, RateLimit
from service.http.api_keys import ApiKeys
from service.http.prometheus_metrics import Metrics
from service.http.rewrite import Rewriter
from service.http.server_settings import ServerSettings
from service.inference.cascade_spec import read_cascade
from service.inference.store import ModelStore
from service.workers.async_pool import AsyncWorkerPool


@dataclass(frozen=True, slots=True)
class Backend:
    settings: ServerSettings
    workers: AsyncWorkerPool
    admission: Admission
    keys: ApiKeys | None
    rate: RateLimit
    metrics: Metrics
    rewriter: Rewriter

    @classmethod
    def of(cls, settings: ServerSettings, workers: AsyncWorkerPool) -> Self:
        """Starts nothing. Raises InvalidSettings if the file of keys cannot be read."""
        return cls(
            settings=settings,
            workers=workers,
            admission=Admission(settings.max_requests),
            keys=ApiKeys(settings.keys_file) if settings.keys_file else None,
            rate=RateLimit(settings.max_requests_per_minute),
            metrics=Metrics(CollectorRegistry(), workers),
            rewriter=Rewriter(settings),
        )

    def name_models(self) -> None:
        """Tells the metrics which models are served. Raises ModelError."""
        store = ModelStore(self.settings.models_dir)
        for place, reference in read_cascade(store.folder).places.items():
            manifest = store.package(reference).manifest
            self.metrics.name_model(place, manifest.name, manifest.version)


def _backend(connection: HTTPConnection) -> Backend:
    backend: Backend = connection.app.state.backend
    return backend


UsesBackend = Annotated[Backend, Depends(_backend)]
