"""POST /v1/answer: an answer comes in, a new one goes out with other segments or in another form."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Query, Request, Response

from service.errors import BodyTooLarge
from service.http.backend import UsesBackend
from service.http.disconnect import unless_disconnected
from service.http.header_fields import choose_format
from service.http.openapi import answer_in_every_form, problem_responses
from service.http.query import AnswerQuery
from service.http.responses import download
from service.http.rewrite import MAX_ANSWER_BYTES
from service.http.server_settings import ServerSettings
from service.http.upload.body import UploadBody
from service.http.upload.upload_store import UploadStore

router = APIRouter(tags=["classify"])

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/GivenAnswer"}}},
    }
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: answer_in_every_form("The answer.", {"$ref": "#/components/schemas/Answer"}),
    **problem_responses(400, 401, 406, 408, 413, 422, 429, 503, 507),
}


@router.post("/v1/answer", summary="Make an answer anew", responses=_ANSWERS, openapi_extra=_BODY)
async def answer(request: Request, query: Annotated[AnswerQuery, Query()], backend: UsesBackend) -> Response:
    """Takes an answer of /v1/classify, as JSON with every chunk and every label, and gives the answer of the same sound
    with other segments, less detail, or in another form. The sound is not needed, and no model hears anything again.

    `id`, `audio`, `peaks`, `models`, `steps` and `chunks` are kept; everything else is computed from the steps and the
    chunks. Without steps, segments are as long as chunks are, whatever gate it was."""
    form = choose_format(query.format, ", ".join(request.headers.getlist("accept")) or None)
    options, view = query.options(), query.view()
    with backend.admission.admit():
        async with _received(request, backend.settings) as file:
            rewriting = backend.rewriter.rewrite(file, options, view, form)
            rewritten = await unless_disconnected(request.receive, rewriting)
    return download(rewritten.text, form, rewritten.name)


@asynccontextmanager
async def _received(request: Request, settings: ServerSettings) -> AsyncGenerator[BinaryIO]:
    """The body in a file, so that requests that wait take no memory."""
    store = UploadStore(settings.upload_dir)
    try:
        kept = store.new_file()
        async for data in UploadBody(request.receive, settings):
            store.add(kept, data)
            if kept.size > MAX_ANSWER_BYTES:
                raise BodyTooLarge(
                    f"More than {MAX_ANSWER_BYTES} bytes were sent, the most that an answer may have here. "
                    "One with a larger hop_seconds, with fewer peaks_per_second, or without steps, has less."
                )
            await store.keep_up()
        [file] = await store.finish()
        yield file
    finally:
        await store.close()
