"""Who listens to the files: processes of this machine, or a cluster. All give the same answers."""

from typing import Protocol

from service.library.backlog import Backlog
from service.library.outcome import Outcome


class Recorder(Protocol):
    """Gets what comes of each file, in the thread that called the engine."""

    def take(self, outcome: Outcome) -> None: ...

    def tick(self) -> None:
        """Called every now and then, so that what was taken is not kept waiting."""


class LibraryEngine(Protocol):
    def work(self, backlog: Backlog, recorder: Recorder) -> None:
        """Works the backlog off; if it is `stopping`, up to the end of what was begun. Raises ModelError."""
