"""An answer in, the same sound's answer out, with other segments or in another form: no sound is needed for it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import BinaryIO

from service.errors import UnsuitableAnswer
from service.formats.catalogue import Format
from service.formats.document import View
from service.http.given_answer import read_given
from service.http.given_chunks import check_chunks
from service.http.given_steps import check_steps
from service.inference.lineup import lineup_of
from service.inference.store import ModelStore
from service.settings import Settings
from service.timeline.report import report_of
from service.types import Options

MAX_ANSWER_BYTES = 48 * 1024 * 1024
"""Of 50,000 chunks with some tags each, and of a waveform and steps of four hours, in JSON."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    text: bytes
    name: str
    """What the answer calls the sound."""


class Rewriter:
    """One thread: Python would not do two at once any faster, and long answers take memory. In small steps, so that
    whatever else the process does goes on meanwhile."""

    def __init__(self, settings: Settings) -> None:
        self._store = ModelStore(settings.models_dir)
        self._max_chunks = settings.max_chunks
        self._max_seconds = settings.max_duration_seconds
        self._thread = ThreadPoolExecutor(1, "rewriter")

    async def rewrite(self, file: BinaryIO, options: Options, view: View, form: Format) -> Rewritten:
        """`file` is an answer as JSON. Raises UnsuitableAnswer, TooManyChunks and ModelError."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._rewrite, file, options, view, form)

    def _rewrite(self, file: BinaryIO, options: Options, view: View, form: Format) -> Rewritten:
        try:
            text = file.read().decode()
        except UnicodeDecodeError:
            raise UnsuitableAnswer("The body must be an answer as JSON; this one is no text in UTF-8.") from None
        given = read_given(text, self._max_chunks, self._max_seconds)
        lineup = lineup_of(self._store, given.models)
        heard = check_chunks(given.chunks, lineup)
        report = report_of(
            heard.chunks,
            lineup.decisions,
            replace(options, hop_seconds=heard.hop_seconds),
            identifier=given.id,
            audio=given.audio,
            models=lineup.models,
            peaks=given.peaks,
            steps=check_steps(given.steps, heard.chunks, lineup),
        )
        return Rewritten(form.write(report, given.name, view).encode(), given.name)
