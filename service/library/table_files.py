"""Where the tables of a library are, and how their Parquet files are read and written.

Always piece by piece: a table may be larger than memory."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from service.errors import InvalidOption
from service.library.table_identity import METADATA, Identity

SUFFIX = ".parquet"
CHUNKS = "chunks.parquet"
COMPRESSION = "zstd"
_ROWS_AT_ONCE = 4_096

Batches = Iterable[pa.RecordBatch]


class Place:
    """The files of one output: `results.parquet` and `results.chunks/`.

    In the latter are `part=N/chunks.parquet`, and the folder `_run` with what a run keeps beside the tables. Readers of
    data sets pass over what begins with an underscore."""

    def __init__(self, output: Path) -> None:
        """Raises InvalidOption if no table can be there."""
        if output.suffix != SUFFIX:
            raise InvalidOption(f"--output is {output}; its name has to end in {SUFFIX}.")
        if not output.parent.is_dir():
            raise InvalidOption(f"--output is {output}; there is no folder {output.parent}.")
        if output.is_dir():
            raise InvalidOption(f"--output is {output}, which is a folder; a file is needed.")
        self.table = output.absolute()
        self.chunks = self.table.with_suffix(".chunks")
        self.run = self.chunks / "_run"
        self.next_table = self.run / "next.parquet"
        """Takes the place of the table when it is whole."""
        self.rest = self.run / "rest.parquet"
        """Takes the place of a part that lost some of its chunks."""
        self.backlog = self.run / "backlog"
        self.lock = self.run / "lock"
        self.identity = self.run / "identity.json"
        self.stale = self.run / "stale.json"
        """Parts in which there may be chunks that the table knows nothing of."""
        if self.chunks.exists() and not self.run.exists() and any(self.chunks.iterdir()):
            raise InvalidOption(f"{self.chunks} is there and was not made by `earmark library`. Name another --output.")

    def published(self, part: int) -> Path:
        return self.chunks / f"part={part}" / CHUNKS

    def published_parts(self) -> list[int]:
        return sorted(int(folder.name.removeprefix("part=")) for folder in self.chunks.glob("part=*"))

    def waiting_files(self, part: int) -> Path:
        """Rows of a part that is done and not published yet. It is done when this file is there."""
        return self.run / f"part-{part}.files{SUFFIX}"

    def waiting_chunks(self, part: int) -> Path:
        return self.run / f"part-{part}.chunks{SUFFIX}"

    def waiting_parts(self) -> list[int]:
        """Parts that are done and not published yet, the oldest first."""
        return sorted(int(file.name[len("part-") :].split(".")[0]) for file in self.run.glob(f"part-*.files{SUFFIX}"))

    def free_part(self) -> int:
        """Above that of every part: the last one always has rows that count, so its number is never free again."""
        return max([0, *self.published_parts(), *self.waiting_parts()]) + 1


def write_durably(path: Path, write: Callable[[Path], object]) -> None:
    """What `write` puts into the file that it is given is at `path` once it is whole and on the disk, not before."""
    beside = path.with_name(f".{path.name}")
    write(beside)
    _sync(beside)
    move_durably(beside, path)


def move_durably(source: Path, target: Path) -> None:
    source.replace(target)
    _sync(target.parent)


def batches(file: Path, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(file) as opened:  # by one thread: each of Arrow's keeps memory of its own
        yield from opened.iter_batches(_ROWS_AT_ONCE, columns=columns, use_threads=False)


def records(file: Path, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """The values of these columns, row by row; points in time as nanoseconds since 1970."""
    for batch in batches(file, columns):
        values = [batch.column(name) for name in columns]
        yield from zip(*(_plain(one).to_pylist() for one in values), strict=True)


def identity_of(file: Path) -> Identity | None:
    """How the rows were made; None if there is no file. Raises InvalidOption if it is another's."""
    if not file.exists():
        return None
    try:
        metadata = pq.read_schema(file).metadata or {}
    except (pa.ArrowInvalid, OSError):
        metadata = {}
    return Identity.read(metadata.get(METADATA, b""), str(file))


def write_batches(file: Path, schema: pa.Schema, source: Batches, identity: Identity | None = None) -> None:
    if identity:
        schema = schema.with_metadata({METADATA: identity.model_dump_json()})
    with pq.ParquetWriter(file, schema, compression=COMPRESSION) as writer:
        for table in _grouped(source, schema):
            writer.write_table(table)


def keep_rows(batch: pa.RecordBatch, keep: Callable[..., bool], columns: Sequence[str]) -> pa.RecordBatch:
    """Those for whose values of `columns` `keep` is true."""
    values = zip(*(batch.column(name).to_pylist() for name in columns), strict=True)
    return batch.filter(pa.array([keep(*row) for row in values], pa.bool_()))


def _grouped(source: Batches, schema: pa.Schema) -> Iterator[pa.Table]:
    """Each becomes a group of rows of the file, for which small ones are a waste."""
    waiting: list[pa.RecordBatch] = []
    for batch in source:
        waiting.append(batch)
        if sum(map(len, waiting)) >= _ROWS_AT_ONCE:
            yield _table(waiting, schema)
            waiting = []
    yield _table(waiting, schema)


def _table(waiting: list[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_batches([batch.replace_schema_metadata(schema.metadata) for batch in waiting], schema)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _plain(values: pa.Array) -> pa.Array:
    return values.cast(pa.int64()) if pa.types.is_timestamp(values.type) else values
