"""Sends the uploads of one request to the workers, and gives back their answers: whole, or line by line."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from service.errors import EarmarkError
from service.formats.catalogue import Format
from service.formats.document import View
from service.formats.ndjson import error_line
from service.http.observe import note_facts
from service.http.upload.receive import Upload
from service.types import Options
from service.workers.async_pool import AsyncWorkerPool
from service.workers.messages import Job, Piece, Writing, Written


@dataclass(frozen=True, slots=True)
class UploadAnalysis:
    """The files of one request through the workers: whole answers, or lines as they come."""

    workers: AsyncWorkerPool
    options: Options
    view: View
    form: Format

    async def answer(self, upload: Upload) -> str:
        """The text of the whole answer. Raises EarmarkError."""
        return "".join([text async for text in self._texts(upload, as_it_comes=False)])

    def lines(self, upload: Upload) -> AsyncGenerator[str]:
        """Lines of NDJSON, each as soon as its chunk was analysed; the report comes last. Raises EarmarkError."""
        return self._texts(upload, as_it_comes=True)

    async def lines_of_all(self, uploads: Sequence[Upload]) -> AsyncGenerator[str]:
        """The lines of all files, mixed as they come; a file's error is its last line."""
        coming: asyncio.Queue[str | None] = asyncio.Queue()

        async def put_lines(upload: Upload) -> None:
            try:
                async for text in self.lines(upload):
                    coming.put_nowait(text)
            except EarmarkError as error:
                coming.put_nowait(error_line(upload.name, error.problem()))
            finally:
                coming.put_nowait(None)

        tasks = [asyncio.ensure_future(put_lines(upload)) for upload in uploads]
        try:
            left = len(tasks)
            while left:
                text = await coming.get()
                if text is None:
                    left -= 1
                else:
                    yield text
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _texts(self, upload: Upload, *, as_it_comes: bool) -> AsyncGenerator[str]:
        if upload.problem:
            raise upload.problem
        job = Job(None, self.options, Writing(self.form.name, upload.name, self.view, as_it_comes))
        async with aclosing(self.workers.run(job, upload.file)) as messages:
            async for message in messages:
                if isinstance(message, Piece):
                    yield message.text
                elif isinstance(message, Written):
                    note_facts(message.facts)
                    yield message.text
