"""POST /v1/answer: an answer comes in, that of the same sound with other segments or in another form goes out."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Query, Request, Response

from service.errors import BodyTooLarge
from service.http.accept import choose_format
from service.http.answer_docs import answer_in_every_form
from service.http.backend import UsesBackend
from service.http.download import download
from service.http.presence import unless_gone
from service.http.problem_docs import problems
from service.http.query import AnswerQuery
from service.http.rewriter import MAX_ANSWER_BYTES
from service.http.settings import ServerSettings
from service.http.upload.body import Body
from service.http.upload.store import UploadStore

router = APIRouter(tags=["classify"])

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/GivenAnswer"}}},
    }
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: answer_in_every_form("The answer.", {"$ref": "#/components/schemas/Answer"}),
    **problems(400, 401, 406, 408, 413, 422, 429, 503, 507),
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
            rewritten = await unless_gone(request.receive, rewriting)
    return download(rewritten.text, form, rewritten.name)


@asynccontextmanager
async def _received(request: Request, settings: ServerSettings) -> AsyncGenerator[BinaryIO]:
    """The body in a file: those that wait for their turn take no memory."""
    store = UploadStore(settings.upload_dir)
    try:
        kept = store.new_file()
        async for piece in Body(request.receive, settings):
            store.add(kept, piece)
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
