"""The last resort: what other middleware refuses, and what nobody expected, becomes a problem."""

import asyncio
import logging

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from service.errors import Draining, EarmarkError
from service.http.client_gone import ClientGone
from service.http.exchange import note_problem, request_id_of
from service.http.problems import problem_response

_LOG = logging.getLogger(__name__)
_INTERNAL_ERROR = 1011


class CatchErrors:
    """An answer that had begun stays unfinished; the server closes the connection, and nobody takes it for whole."""

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
        except (ClientGone, ClientDisconnect, WebSocketDisconnect):
            return
        except asyncio.CancelledError:
            if has_begun or scope["type"] != "http":
                raise
            # The server cancels what is not through when it has to stop; the client should hear why.
            problem: EarmarkError = Draining("The service had to stop before it was through.", retry_after_seconds=1)
        except Exception as error:  # noqa: BLE001 - nobody expected it, so nobody knows its kind
            problem = _as_problem(error)
        else:
            return
        note_problem(scope, problem)
        if not has_begun:
            await _answer(problem, scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _INTERNAL_ERROR, "reason": problem.slug})


def _as_problem(error: Exception) -> EarmarkError:
    if isinstance(error, EarmarkError):
        return error
    _LOG.error("unexpected", exc_info=error)
    return EarmarkError("Something unexpected happened; the log of the service has more, by the request_id.")


async def _answer(error: EarmarkError, scope: Scope, receive: Receive, send: Send) -> None:
    response = problem_response(error, request_id_of(scope))
    if scope["type"] == "http":
        await response(scope, receive, send)
    else:  # before it is accepted, a WebSocket is a request like others
        await WebSocket(scope, receive, send).send_denial_response(response)
