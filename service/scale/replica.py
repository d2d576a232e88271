"""A replica: the app, with one worker process in which it listens to one request at a time."""

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from service.errors import EarmarkError
from service.http.app import create_app
from service.http.backend import Backend
from service.http.logs import configure_logging
from service.http.settings import ServerSettings
from service.scale.flow import TellsTheFront
from service.scale.ledger import Report, Reporter


class ReplicaApp:
    """What Ray calls: the app, which also reports."""

    def __init__(self, settings: ServerSettings, part: str) -> None:
        """In the event loop that serves it."""
        configure_logging(settings.log_level)
        app = create_app(of_replica(settings))
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

    def _report(self, source: str) -> Report:
        ready = self._backend.workers.ready if self._counts_as_ready else 0
        return Report(source, ready, 0, self._backend.metrics.families())


class Replica:
    """The deployment's class; what Ray wraps around it has the app."""

    app: ReplicaApp

    def check_health(self) -> None:
        """Ray asks this every few seconds, and replaces the replica if it raises three times."""
        self.app.check_health()


def builder(settings: ServerSettings, part: str) -> Callable[[], ReplicaApp]:
    """Called on the replica: an app is not pickled."""

    def build() -> ReplicaApp:
        return ReplicaApp(settings, part)

    return build


def of_replica(settings: ServerSettings) -> ServerSettings:
    """Ray has the queue: within a replica, only the files of one and the same request wait for each other."""
    longest = settings.max_files * settings.max_analysis_seconds
    return settings.model_copy(update={"workers": 1, "max_queue_seconds": longest})
