"""One run over a library: what no earlier run did is done, saved part by part, and published at the end."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

from service.audio.sound_folder import Unsearched
from service.errors import EarmarkError, ModelError
from service.library.backlog import Backlog
from service.library.items import FileOutcome, KeySet, LibraryItem
from service.library.library_engine import LibraryEngine
from service.library.listing import listed
from service.library.open_output import History, Opened, open_output
from service.library.parts import Parts, publish
from service.library.table_files import Place
from service.library.table_identity import Identity, LibraryModels
from service.library.table_rows import TableRows
from service.types import Options, Report


@dataclass(frozen=True, slots=True)
class LibraryRequest:
    """What a run is asked for."""

    inputs: Sequence[str]
    place: Place
    models: LibraryModels
    options: Options
    again: bool
    """Everything is done again, whether or not it was done before."""
    retry_failed: bool
    save_seconds: float
    """What was done is saved at least so often."""


@dataclass(slots=True)
class Tally:
    """How far a run has come. Counts files."""

    ok: int = 0
    failed: int = 0
    ok_before: int = 0
    failed_before: int = 0
    sound_seconds: float = 0.0
    """Length of the files that were analysed by this run."""
    to_do: int = 0
    """For this run, as far as is known."""
    is_all_known: bool = False

    @property
    def done(self) -> int:
        return self.ok + self.failed

    @property
    def before(self) -> int:
        return self.ok_before + self.failed_before


@dataclass(frozen=True, slots=True)
class Watch:
    """How a run hears of its caller, and its caller of it."""

    stopping: Callable[[], bool]
    unsearched: Unsearched
    progress: Callable[[Tally], None]


def run_library(request: LibraryRequest, engine: LibraryEngine, watch: Watch) -> Tally:
    """Raises EarmarkError if nothing or not everything can be done; what was done by then is saved."""
    found = [listed(name, watch.unsearched) for name in request.inputs]
    wanted = Identity.of(request.models, request.options)
    with open_output(request.place, wanted, again=request.again) as opened:
        run = _Run(request, opened, watch)
        run.work(chain.from_iterable(found), engine)
        if not watch.stopping():
            publish(request.place, opened.identity, run.rows.schemas)
    return run.tally


class _Run:
    """The recorder of the engine."""

    def __init__(self, request: LibraryRequest, opened: Opened, watch: Watch) -> None:
        self.tally = Tally()
        self.rows = TableRows(request.models, opened.identity)
        self._request = request
        self._watch = watch
        self._parts = Parts(request.place, self.rows, opened.first_part, request.save_seconds)
        self._history = History.read(request.place, opened.identity)
        self._taken = KeySet()
        self._backlog: Backlog | None = None

    def work(self, found: Iterator[LibraryItem], engine: LibraryEngine) -> None:
        backlog = self._backlog = Backlog(self._request.place.backlog, self._to_do(found), self._watch.stopping)
        try:
            if backlog.has_any():
                engine.work(backlog, self)
        except BaseException:
            with suppress(OSError):  # perhaps it is what was raised
                self._parts.save()
            raise
        self._parts.save()
        self.tick()
        backlog.join()
        if self.tally.done < backlog.length and not self._watch.stopping():
            raise EarmarkError(
                f"{backlog.length - self.tally.done} of {backlog.length} files were given no answer. "
                "The same command again does them."
            )

    def take(self, outcome: FileOutcome) -> None:
        if not self._taken.add(outcome.item.key):  # a machine was lost, and had done more than it could tell
            return
        answer, tally = outcome.answer, self.tally
        if isinstance(answer, Report):
            self._check_models(answer)
            tally.ok += 1
            tally.sound_seconds += answer.audio.duration_seconds
        else:
            tally.failed += 1
        self._parts.add(outcome)
        self._tell()

    def tick(self) -> None:
        self._parts.save_if_due()
        self._tell()

    def _to_do(self, found: Iterator[LibraryItem]) -> Iterator[LibraryItem]:
        """Each file once, without those that were done before."""
        seen = KeySet()
        for item in found:
            if not seen.add(item.key):
                continue
            past = self._history.of(item)
            self.tally.ok_before += past == "ok"
            if past == "failed" and not self._request.retry_failed:
                self.tally.failed_before += 1
            elif past != "ok":
                yield item

    def _check_models(self, report: Report) -> None:
        expected = dict(self._request.models.references)
        if dict(report.models) != expected:
            raise ModelError(
                f"A worker has the models {', '.join(report.models.values())}; this run began with "
                f"{', '.join(expected.values())}. Models must stay as they are while it is under way, on every machine."
            )

    def _tell(self) -> None:
        if self._backlog:
            self.tally.is_all_known, self.tally.to_do = self._backlog.is_whole, self._backlog.length
        self._watch.progress(self.tally)
