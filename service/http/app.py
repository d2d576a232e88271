"""The app factory: the same for uvicorn, the tests, and whatever else serves ASGI."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from prometheus_client import CollectorRegistry
from pydantic.json_schema import models_json_schema

from service.http.backend import Backend
from service.http.inflight import Admission
from service.http.keys.keys import Keys
from service.http.metrics import Metrics
from service.http.middleware.stack import add_middleware
from service.http.problems import add_problem_handlers
from service.http.rate import RateLimit
from service.http.rewriter import Rewriter
from service.http.routes import answer, classify, formats, health, models, pages, stream
from service.http.schema import Answer, FileAnswer, GivenAnswer, Problem
from service.http.settings import ServerSettings
from service.inference.cascade_spec import read_cascade
from service.inference.store import ModelStore
from service.workers.async_pool import AsyncWorkerPool

SUMMARY = "Says what is in an audio file, chunk by chunk and on average: music, speech, genre, scene."

KEYS = {"bearer": {"type": "http", "scheme": "bearer"}, "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}
"""How a key is sent, where keys are asked for."""


def create_app(settings: ServerSettings) -> FastAPI:
    """Starts nothing: the workers start with the app's lifespan, which fails with ModelError if there are no models."""
    backend = _backend(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        await backend.workers.start()
        try:
            _name_models(backend)
            yield
        finally:
            await backend.workers.stop()

    app = FastAPI(
        title="Earmark",
        version=version("earmark"),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # it would send clients wherever they say that this is
        lifespan=lifespan,
    )
    app.state.backend = backend
    for routes in (classify, answer, stream, models, formats, health, pages):
        app.include_router(routes.router)
    for path, files in pages.static_files().items():
        app.mount(path, files)
    add_problem_handlers(app)
    add_middleware(app, backend)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _backend(settings: ServerSettings) -> Backend:
    workers = AsyncWorkerPool(
        settings,
        settings.worker_count,
        settings.worker_memory_bytes,
        settings.max_queue_seconds,
        settings.max_streams,
    )
    return Backend(
        settings=settings,
        workers=workers,
        admission=Admission(settings.max_requests),
        keys=Keys(settings.keys_file) if settings.keys_file else None,
        rate=RateLimit(settings.max_requests_per_minute),
        metrics=Metrics(CollectorRegistry(), workers),
        rewriter=Rewriter(settings),
    )


def _name_models(backend: Backend) -> None:
    store = ModelStore(backend.settings.models_dir)
    spec = read_cascade(store.folder)
    for place, reference in spec.places.items():
        manifest = store.package(reference).manifest
        backend.metrics.name_model(place, manifest.name, manifest.version)


def _openapi(app: FastAPI) -> dict[str, Any]:
    """With the schemas that no function names, since it writes its answer itself."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, summary=SUMMARY, routes=app.routes)
        _, named = models_json_schema(
            [(model, "serialization") for model in (Answer, FileAnswer, GivenAnswer, Problem)],
            ref_template="#/components/schemas/{model}",
        )
        schemas = document["components"]["schemas"]
        document["components"]["schemas"] = dict(sorted({**named["$defs"], **schemas}.items()))
        document["components"]["securitySchemes"] = KEYS
        document["security"] = [{}, *({scheme: []} for scheme in KEYS)]
        app.openapi_schema = document
    return app.openapi_schema
