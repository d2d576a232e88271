"""A library without sound: files of some bytes, and an engine that makes up what is in them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from service.errors import EarmarkError, UndecodableAudio
from service.library.backlog import Backlog
from service.library.items import FileOutcome, LibraryItem
from service.library.library_engine import Recorder
from service.library.run_library import LibraryRequest, Tally, Watch, run_library
from service.library.table_files import Place
from service.library.table_identity import LibraryModels
from service.types import Chunk, LabelProbability, Options, Report
from tests.formats.reports import GATE, GENRES, REPORT

SHARES = {"music": 0.5, "speech": 0.25, "both": 0.125, "neither": 0.125, "silent": 0.25}
TAGS = {"Trumpet": 0.75, "Brass instrument": 0.5}
MODELS = LibraryModels(
    references={**REPORT.models, "tags": "tags@1.0.0"},
    labels={"gate": tuple(GATE), "genre": tuple(GENRES), "scene": ("park",)},
    fingerprint="f1",
    chunk_seconds=3.0,
    shares=tuple(SHARES),
    has_tags=True,
    speaks_in_steps=True,
)
BAD = 13
"""A file of so many bytes fails."""


class MadeUpEngine:
    """A file has as many chunks as bytes."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def work(self, backlog: Backlog, recorder: Recorder) -> None:
        for item in backlog.items():
            self.done.append(Path(item.path).name)
            recorder.take(FileOutcome(item, answer(item), 0.1))


def answer(item: LibraryItem) -> Report | EarmarkError:
    if item.size_bytes == BAD:
        return UndecodableAudio("Nothing could be decoded.")
    return report(item.size_bytes or 0)


def report(chunks: int) -> Report:
    heard = [Chunk(3.0 * k, 3.0 * k + 3, GATE, {"genre": GENRES, "scene": None}, TAGS) for k in range(chunks)]
    tags = tuple(LabelProbability(*tag) for tag in TAGS.items())
    segments = tuple(replace(segment, tags=tags) for segment in REPORT.segments)
    return replace(REPORT, models=MODELS.references, shares=SHARES, tags=tags, segments=segments, chunks=tuple(heard))


def fill(folder: Path, sizes: dict[str, int]) -> None:
    folder.mkdir(exist_ok=True)
    for name, size in sizes.items():
        (folder / name).write_bytes(b"x" * size)


def run(
    inputs: Sequence[Path | str],
    output: Path,
    engine: MadeUpEngine | None = None,
    *,
    models: LibraryModels = MODELS,
    options: Options = Options(),  # noqa: B008 - frozen
    again: bool = False,
    retry_failed: bool = False,
    save_seconds: float = 0.0,
    stopping: Callable[[], bool] = lambda: False,
) -> Tally:
    """Each file is a part of its own, unless `save_seconds` says otherwise."""
    names = [str(one) for one in inputs]
    request = LibraryRequest(names, Place(output), models, options, again, retry_failed, save_seconds)
    watch = Watch(stopping, lambda *_: None, lambda *_: None)
    return run_library(request, engine or MadeUpEngine(), watch)
