"""The app factory: the same for uvicorn, the tests, and Ray."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from starlette.types import ASGIApp

from service.http.backend import Backend
from service.http.logs import AccessLog
from service.http.middleware.stack import guarded
from service.http.observe import Observe, Observer
from service.http.openapi import openapi_document
from service.http.problems import add_problem_handlers
from service.http.routes import answer, capabilities, classify, health, pages, stream
from service.http.server_settings import ServerSettings
from service.http.telemetry import open_telemetry
from service.workers.async_pool import AsyncWorkerPool


def create_app(settings: ServerSettings) -> FastAPI:
    """Starts nothing: the workers start with the app's lifespan, which raises ModelError if there are no models."""
    workers = AsyncWorkerPool(
        settings,
        settings.worker_count,
        memory_bytes=settings.worker_memory_bytes,
        max_queue_seconds=settings.max_queue_seconds,
        max_live=settings.max_streams,
    )
    backend = Backend.of(settings, workers)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        await workers.start()
        try:
            backend.name_models()
            yield
        finally:
            await workers.stop()

    app = FastAPI(
        title="Earmark",
        version=version("earmark"),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # it would send clients to an address that they choose themselves
        lifespan=lifespan,
    )
    app.state.backend = backend
    for routes in (classify, answer, stream, capabilities, health, pages):
        app.include_router(routes.router)
    for path, files in pages.static_files().items():
        app.mount(path, files)
    add_problem_handlers(app)
    add_middleware(app, backend)
    app.openapi = lambda: openapi_document(app)  # type: ignore[method-assign]
    return app


def add_middleware(app: FastAPI, backend: Backend) -> None:
    """To be called once. Raises InvalidSettings if traces are wanted, but their packages are missing."""
    observers: list[Observer] = [AccessLog(), backend.metrics, *open_telemetry(backend.settings)]

    def wrap(inside: ASGIApp) -> ASGIApp:
        return guarded(inside, backend.settings, backend.rate, backend.keys, lambda app: Observe(app, observers))

    app.add_middleware(wrap)
