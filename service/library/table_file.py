"""Parquet files, read and written piece by piece: a table may be larger than memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from service.library.identity import METADATA, Identity

COMPRESSION = "zstd"
_ROWS_AT_ONCE = 4_096

Batches = Iterable[pa.RecordBatch]


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


def _plain(values: pa.Array) -> pa.Array:
    return values.cast(pa.int64()) if pa.types.is_timestamp(values.type) else values
