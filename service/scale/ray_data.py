"""The engine of many machines for a library: Ray Data takes files to actors, and brings back what came of them."""

import logging
import pickle
import signal
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import ray
from ray.data import ActorPoolStrategy, DataContext, Datasource, ReadTask
from ray.data.block import BlockMetadata

from service.cpus import usable_cpus
from service.errors import EarmarkError, ModelError, NoWorkers
from service.library.backlog import Backlog, backlog_items
from service.library.items import FileOutcome, LibraryItem
from service.library.library_engine import Analyst, Recorder
from service.library.table_identity import read_models
from service.scale.cluster import cluster
from service.settings import Settings
from service.types import Options

FILES_AT_ONCE = 16
"""For an actor: enough that Ray's part is small, few enough that little is done twice if it dies."""
_ITEMS, _OUTCOME = "items", "outcome"
_SMALLEST_BLOCK = 1
"""Bytes: each row is a block of its own, which is how Ray shares out work and hands on what is done."""


class RayEngine:
    """An actor for each of `jobs`, with a worker process of its own; by default one for each of the cluster's CPUs."""

    def __init__(self, settings: Settings, options: Options, jobs: int | None, address: str | None) -> None:
        self._settings = settings
        self._options = options
        self._jobs = jobs
        self._address = address

    def work(self, backlog: Backlog, recorder: Recorder) -> None:
        """Raises InvalidSettings if there is no such cluster, ModelError if one of its machines has other models."""
        wish_to_stop = signal.getsignal(signal.SIGTERM)
        with cluster(self._address, self._jobs or usable_cpus()):
            signal.signal(signal.SIGTERM, wish_to_stop)  # Ray has put its own in the place
            try:
                self._take_all(self._heard(backlog.file), recorder, backlog.stopping)
            except ray.exceptions.RayError as error:
                raise NoWorkers(
                    f"Ray gave up ({type(error).__name__}). What was done is saved; the same command goes on."
                ) from error

    @staticmethod
    def _take_all(heard: Any, recorder: Recorder, stopping: Callable[[], bool]) -> None:
        for row in heard.iter_rows():
            outcome: FileOutcome | EarmarkError = pickle.loads(row[_OUTCOME])  # noqa: S301 - from our own actors
            if isinstance(outcome, EarmarkError):
                raise outcome
            recorder.take(outcome)
            if stopping():
                break

    def _heard(self, backlog: Path) -> Any:
        """A data set that is worked out while it is read: rows with an outcome each."""
        _prepare()
        resources = ray.cluster_resources()  # type: ignore[no-untyped-call]
        jobs = self._jobs or max(1, int(resources.get("CPU", 1)))
        here = {"ray.io/node-id": ray.get_runtime_context().get_node_id()}  # where the backlog is
        items = ray.data.read_datasource(
            _BacklogSource(backlog), override_num_blocks=1, num_cpus=0, label_selector=here
        )
        fingerprint = read_models(self._settings).fingerprint
        return items.map_batches(
            LibraryActor,
            fn_constructor_args=(self._settings, self._options, fingerprint),
            batch_size=None,
            batch_format="pyarrow",
            compute=ActorPoolStrategy(size=jobs),
            num_cpus=1,
        )


class LibraryActor:
    """An actor. If it is killed, others get its files."""

    def __init__(self, settings: Settings, options: Options, fingerprint: str) -> None:
        self._failure: EarmarkError | None = None
        try:
            if read_models(settings).fingerprint != fingerprint:
                raise ModelError("A machine of the cluster has other models than this one. Give all the same ones.")
        except EarmarkError as error:
            self._failure = error
        self._analyst = Analyst(settings, options, jobs=1)

    def __call__(self, batch: pa.Table) -> Iterator[pa.Table]:
        for items in batch.column(_ITEMS).to_pylist():
            for one in self._outcomes(items):
                yield pa.table({_OUTCOME: pa.array([pickle.dumps(one)], pa.binary())})

    def _outcomes(self, items: list[str]) -> Iterator[FileOutcome | EarmarkError]:
        """An error that is of no single file comes in place of outcomes: raised, it would be tried again."""
        if self._failure:
            yield self._failure
            return
        heard = _Kept()
        try:
            self._analyst.analyse(map(LibraryItem.from_line, items), heard, _never)
        except EarmarkError as error:
            yield error
        yield from heard.outcomes


class _Kept:
    """A recorder for one batch."""

    def __init__(self) -> None:
        self.outcomes: list[FileOutcome] = []

    def take(self, outcome: FileOutcome) -> None:
        self.outcomes.append(outcome)

    def tick(self) -> None:
        pass


class _BacklogSource(Datasource):
    """A backlog, followed while it grows, as rows of up to FILES_AT_ONCE items."""

    def __init__(self, file: Path) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._file = file

    def estimate_inmemory_data_size(self) -> int | None:
        return None

    def get_read_tasks(self, *_: object, **__: object) -> list[ReadTask]:
        file = self._file
        return [ReadTask(lambda: _item_rows(file), BlockMetadata(num_rows=None, size_bytes=None, exec_stats=None))]


def _item_rows(file: Path) -> Iterator[pa.Table]:
    items = backlog_items(file, _never)
    while group := [item.line() for item in islice(items, FILES_AT_ONCE)]:
        yield pa.table({_ITEMS: pa.array([group], pa.list_(pa.string()))})


def _never() -> bool:
    return False


def _prepare() -> None:
    context = DataContext.get_current()
    context.target_max_block_size = context.target_min_block_size = _SMALLEST_BLOCK
    context.enable_progress_bars = False  # there is one already
    context.print_on_execution_start = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
