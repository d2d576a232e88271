"""One request and its answer, as logs, metrics and traces see it; and what is noted for them on the way."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from starlette.types import Scope

from service.errors import EarmarkError
from service.workers.job import Facts

UNMATCHED = "unmatched"
"""The route of requests for addresses that do not exist: raw paths are without end, and not ours to write down."""

ANALYSES: ContextVar[list[Facts] | None] = ContextVar("analyses", default=None)
"""Of the request that is being served; its tasks share the list."""


@dataclass(frozen=True, slots=True)
class Exchange:
    method: str
    """GET, POST ...; WEBSOCKET for a live stream."""
    route: str
    """Template of the path, such as /v1/models/{name}."""
    status: int
    """499 if the client was gone before there was an answer."""
    seconds: float
    bytes_in: int
    bytes_out: int
    request_id: str
    key_name: str | None
    problem: str | None
    """Slug of the problem that was answered, if any."""
    facts: tuple[Facts, ...]
    """Of the analyses that were done for it."""


class Observer(Protocol):
    def begin(self, scope: Scope) -> Callable[[Exchange], None]:
        """A request begins; what is returned is called once it is over."""
        ...


def request_id_of(scope: Scope) -> str:
    request_id: str = scope["state"]["request_id"]
    return request_id


def key_name_of(scope: Scope) -> str | None:
    """Whose key came with the head of the request; None where no key is asked for, or none came."""
    name: str | None = scope["state"].get("key_name")
    return name


def note_key(scope: Scope, name: str) -> None:
    scope["state"]["key_name"] = name


def note_problem(scope: Scope, error: EarmarkError) -> None:
    """The request was answered with it."""
    scope["state"]["problem"] = error.slug


def note_facts(facts: Facts) -> None:
    """An analysis was done, for the request that is being served."""
    analyses = ANALYSES.get()
    if analyses is not None:
        analyses.append(facts)
