"""Every error as an answer: application/problem+json, wherever it was found."""

import asyncio
import json
import logging
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from service.errors import (
    Draining,
    EarmarkError,
    InvalidOption,
    MalformedRequest,
    MethodNotAllowed,
    NoSuchPage,
    RequestError,
)
from service.formats.caption import one_line
from service.http.disconnect import ClientDisconnected
from service.http.observe import note_problem, request_id_of

_LOG = logging.getLogger(__name__)
PROBLEM_JSON = "application/problem+json"
_LONGEST_PATH = 80
_LONGEST_VALUE = 40
_INTERNAL_ERROR = 1011
"""WebSocket close code."""


def problem_response(error: EarmarkError, request_id: str, *, allow: str | None = None) -> Response:
    """`allow` is the list of methods that go with a 405."""
    headers = {"cache-control": "no-store"}
    if error.retry_after_seconds is not None:
        headers["retry-after"] = str(error.retry_after_seconds)
    if allow is not None:
        headers["allow"] = allow
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    return Response(problem_text(error, request_id), error.status, headers, PROBLEM_JSON)


def problem_text(error: EarmarkError, request_id: str) -> str:
    return json.dumps({**error.problem(), "request_id": request_id}, ensure_ascii=False)


def add_problem_handlers(app: FastAPI) -> None:
    """For errors that routes and the framework raise on purpose. CatchErrors handles everything else."""
    app.add_exception_handler(EarmarkError, _answer_error)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    app.add_exception_handler(RequestValidationError, _answer_invalid_parameters)


async def _answer_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, EarmarkError)
    return _answer(request, error)


async def _answer_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    allow = (error.headers or {}).get("Allow")
    return _answer(request, _of_http_exception(request, error, allow), allow)


async def _answer_invalid_parameters(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _answer(request, InvalidOption(_invalid_parameters(error, request.scope)))


def _answer(request: Request, error: EarmarkError, allow: str | None = None) -> Response:
    note_problem(request.scope, error)
    return problem_response(error, request_id_of(request.scope), allow=allow)


def _of_http_exception(request: Request, error: HTTPException, allow: str | None) -> EarmarkError:
    path = one_line(request.url.path)
    path = path if len(path) <= _LONGEST_PATH else path[: _LONGEST_PATH - 1] + "…"
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return NoSuchPage(f"There is nothing at {path}. /docs lists what there is.")
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return MethodNotAllowed(f"{path} does not take {request.method:.20}; it takes {allow or 'other methods'}.")
        case HTTPStatus.BAD_REQUEST:
            return MalformedRequest("The request could not be read. /docs says how to ask.")
        case status if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return RequestError(f"The request was refused ({status}). /docs says how to ask.")
    return EarmarkError("The request could not be served because of a fault of the service; its log has more.")


def _invalid_parameters(error: RequestValidationError, scope: Scope) -> str:
    """One sentence for each invalid parameter: the value, and what would be valid."""
    return " ".join(_sentence(item, scope) for item in error.errors())


def _sentence(item: dict[str, Any], scope: Scope) -> str:
    where, *rest = item["loc"]
    name = _short(".".join(map(str, rest))) or str(where)
    match item["type"]:
        case "extra_forbidden":
            return f"There is no parameter {name}; there are: {', '.join(_known(scope)) or 'none'}."
        case "missing":
            return f"{name} is missing."
    message = item["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{name} is {_short(str(item['input']))!r}: {message[:1].lower()}{message[1:]}."


def _known(scope: Scope) -> Iterator[str]:
    """The query parameters of the route."""
    for field in scope["route"].dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from kind.model_fields
        else:
            yield field.alias


def _short(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


class CatchErrors:
    """The last resort: what a guard refuses, and every unexpected error, becomes a problem.

    An answer that had begun stays unfinished: the server closes the connection, so no client takes it for whole."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def watching_send(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, watching_send)
        except (ClientDisconnected, ClientDisconnect, WebSocketDisconnect):
            return
        except asyncio.CancelledError:
            if has_begun or scope["type"] != "http":
                raise
            # The server cancels unfinished requests when it has to stop; the client should learn why.
            problem: EarmarkError = Draining("The service had to stop before it was through.", retry_after_seconds=1)
        except Exception as error:  # noqa: BLE001 - nobody expected it, so nobody knows its kind
            problem = _as_problem(error)
        else:
            return
        note_problem(scope, problem)
        if not has_begun:
            await _send_problem(problem, scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _INTERNAL_ERROR, "reason": problem.slug})


def _as_problem(error: Exception) -> EarmarkError:
    if isinstance(error, EarmarkError):
        return error
    _LOG.error("unexpected", exc_info=error)
    return EarmarkError("Something unexpected happened; the log of the service has more, by the request_id.")


async def _send_problem(error: EarmarkError, scope: Scope, receive: Receive, send: Send) -> None:
    response = problem_response(error, request_id_of(scope))
    if scope["type"] == "http":
        await response(scope, receive, send)
    else:  # before it is accepted, a WebSocket is a request like others
        await WebSocket(scope, receive, send).send_denial_response(response)
