"""Every error as an answer: application/problem+json, whoever found it."""

import json
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from service.errors import EarmarkError, InvalidOption, MalformedRequest, MethodNotAllowed, NoSuchPage, RequestError
from service.formats.caption import one_line
from service.http.exchange import note_problem, request_id_of
from service.http.wrong_parameters import wrong_parameters

PROBLEM_JSON = "application/problem+json"
_LONGEST_PATH = 80


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
    """For what routes and framework raise on purpose; what nobody expected is caught by middleware/catch_errors.py."""
    app.add_exception_handler(EarmarkError, _answer_error)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    app.add_exception_handler(RequestValidationError, _answer_wrong_parameters)


async def _answer_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, EarmarkError)
    return _answer(request, error)


async def _answer_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    allow = (error.headers or {}).get("Allow")
    return _answer(request, _as_ours(request, error, allow), allow)


async def _answer_wrong_parameters(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _answer(request, InvalidOption(wrong_parameters(error, request.scope)))


def _answer(request: Request, error: EarmarkError, allow: str | None = None) -> Response:
    note_problem(request.scope, error)
    return problem_response(error, request_id_of(request.scope), allow=allow)


def _as_ours(request: Request, error: HTTPException, allow: str | None) -> EarmarkError:
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
