"""The body of POST /v1/classify: a form of files, or one file as it is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import BinaryIO

from fastapi import Request

from service.errors import EarmarkError, MalformedRequest, UnsupportedFormat
from service.http.header_fields import clean_file_name, read_disposition, split_parameters
from service.http.server_settings import ServerSettings
from service.http.upload.body import UploadBody
from service.http.upload.multipart_form import PIECE_BYTES, MultipartForm
from service.http.upload.upload_store import UploadStore

_FORM = "multipart/form-data"
_MAX_BOUNDARY_LENGTH = 70
"""The limit of RFC 2046."""
_TURN_SECONDS = 0.002
"""After this time other requests get their turn: a form can be built to parse slowly."""


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    """What the client calls it, fit to be shown."""
    file: BinaryIO
    """At its start; open as long as the block of `receive_uploads` lasts."""
    size: int
    """Bytes."""
    problem: EarmarkError | None = None
    """Why this part of a form could not be kept, though others could; the file is empty then."""


@asynccontextmanager
async def receive_uploads(request: Request, settings: ServerSettings) -> AsyncIterator[list[Upload]]:
    """The files of the request, whole, in their order. Leaving the block closes them, and frees their room.

    Raises ClientDisconnected, or one of RequestError, UnsupportedFormat and Unavailable."""
    _refuse_encoded(request)
    store = UploadStore(settings.upload_dir)
    body = UploadBody(request.receive, settings)
    try:
        content_type = request.headers.get("content-type", "")
        if content_type.partition(";")[0].strip().lower() == _FORM:
            form = MultipartForm(_boundary(content_type), settings, store)
            uploads = await _receive_form(body, form, store)
        else:
            uploads = [await _receive_file(body, _file_name(request), store)]
        yield uploads
    finally:
        await store.close()


async def _receive_form(body: UploadBody, form: MultipartForm, store: UploadStore) -> list[Upload]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    async for data in body:
        for start in range(0, len(data), PIECE_BYTES):
            form.feed(data[start : start + PIECE_BYTES])
            if loop.time() - began > _TURN_SECONDS:
                await asyncio.sleep(0)
                began = loop.time()
        await store.keep_up()
    parts = form.finish()
    files = await store.finish()
    return [Upload(part.name, file, part.file.size, part.problem) for part, file in zip(parts, files, strict=True)]


async def _receive_file(body: UploadBody, name: str, store: UploadStore) -> Upload:
    kept = store.new_file()
    async for data in body:
        store.add(kept, data)
        await store.keep_up()
    [file] = await store.finish()
    return Upload(name, file, kept.size)


def _refuse_encoded(request: Request) -> None:
    encoding = ", ".join(request.headers.getlist("content-encoding"))
    if encoding.strip().lower() not in {"", "identity"}:
        raise UnsupportedFormat(
            f"The body has the Content-Encoding {encoding!r:.40}; only what is not encoded is read. "
            "Send the file as it is: compressing sound again gains next to nothing."
        )


def _boundary(content_type: str) -> bytes:
    try:
        boundary = split_parameters(content_type)[1].get("boundary", "")
    except ValueError:
        boundary = ""
    if not 1 <= len(boundary) <= _MAX_BOUNDARY_LENGTH:
        raise MalformedRequest(
            f"Content-Type is {content_type!r:.120}; it must name a boundary of 1 to {_MAX_BOUNDARY_LENGTH} "
            "characters. Leave the header to the library or tool that makes the form: it knows its boundary."
        )
    return boundary.encode("latin-1")


def _file_name(request: Request) -> str:
    value = request.headers.get("content-disposition", "")
    try:
        return clean_file_name(read_disposition(value.encode("latin-1")).file_name)
    except ValueError:
        raise MalformedRequest(
            f'Content-Disposition is {value!r:.80}; it must be like: attachment; filename="song.mp3".'
        ) from None
