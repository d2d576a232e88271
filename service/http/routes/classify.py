"""POST /v1/classify: a file comes in, the answer goes out."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from service.errors import EarmarkError, UnsuitableParts
from service.formats.json_text import dump
from service.http.backend import UsesBackend
from service.http.disconnect import unless_disconnected
from service.http.header_fields import choose_format
from service.http.openapi import answer_in_every_form, problem_responses
from service.http.query import ClassifyQuery
from service.http.responses import LineStream, download
from service.http.upload.receive import Upload, receive_uploads
from service.http.upload_analysis import UploadAnalysis

router = APIRouter(tags=["classify"])

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {
                            "description": "One sound, or several.",
                            "type": "array",
                            "minItems": 1,
                            "items": {"type": "string", "format": "binary"},
                        }
                    },
                }
            },
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: answer_in_every_form(
        "The answer; a list of them if several files were sent.",
        {
            "anyOf": [
                {"$ref": "#/components/schemas/Answer"},
                {"type": "array", "items": {"$ref": "#/components/schemas/FileAnswer"}},
            ]
        },
    ),
    **problem_responses(400, 401, 406, 408, 413, 415, 422, 429, 503, 504, 507),
}


@router.post("/v1/classify", summary="Say what is in a sound", responses=_ANSWERS, openapi_extra=_BODY)
async def classify(request: Request, query: Annotated[ClassifyQuery, Query()], backend: UsesBackend) -> Response:
    """Takes a form with one or several parts named `file`, or the file itself as the body. Earmark
    recognises a file by its bytes, not by its name. If you send several files, each has its own status in the answer,
    which is then JSON or NDJSON.

    NDJSON comes chunk by chunk, while the file is still listened to; its last line is the report, or an error."""
    form = choose_format(query.format, ", ".join(request.headers.getlist("accept")) or None)
    analysis = UploadAnalysis(backend.workers, query.options(), query.view(), form)
    async with AsyncExitStack() as stack:
        stack.enter_context(backend.admission.admit())
        uploads = await stack.enter_async_context(receive_uploads(request, backend.settings))
        if len(uploads) > 1 and form.name not in {"json", "ndjson"}:
            raise UnsuitableParts(
                f"{len(uploads)} files were sent, and {form.name} is written for one. "
                "Send them one by one, or ask for json or ndjson."
            )
        if form.name == "ndjson":
            return await _stream(request, analysis, uploads, stack)
        if len(uploads) == 1:
            return download(
                await unless_disconnected(request.receive, analysis.answer(uploads[0])), form, uploads[0].name
            )
        return download(await unless_disconnected(request.receive, _answers(analysis, uploads)), form, "answers")


async def _stream(
    request: Request, analysis: UploadAnalysis, uploads: Sequence[Upload], stack: AsyncExitStack
) -> Response:
    """An error before the first line still has a status of its own."""
    lines = analysis.lines(uploads[0]) if len(uploads) == 1 else analysis.lines_of_all(uploads)
    async with AsyncExitStack() as unless_begun:
        await unless_begun.enter_async_context(aclosing(lines))
        first = await unless_disconnected(request.receive, anext(lines))
        unless_begun.pop_all()
    return LineStream(first, lines, uploads[0].name, stack.pop_all())


async def _answers(analysis: UploadAnalysis, uploads: Sequence[Upload]) -> str:
    """A JSON list with an item for each file, in their order."""
    return "[\n" + ",\n".join(await asyncio.gather(*(_item(analysis, upload) for upload in uploads))) + "\n]\n"


async def _item(analysis: UploadAnalysis, upload: Upload) -> str:
    try:
        answer = await analysis.answer(upload)
    except EarmarkError as error:
        return dump({"file": upload.name, "status": error.status, "problem": error.problem()})
    return f'{{"file": {dump(upload.name)}, "status": 200, "answer": {answer.strip()}}}'
