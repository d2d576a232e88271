"""The columns of the two tables, and their rows: one for each file, one for each chunk.

The columns follow from the labels of the models; numbers are those of the JSON answer."""

import json
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from service.errors import EarmarkError
from service.formats.caption import encodable
from service.formats.document import View, document
from service.library.items import FileOutcome
from service.library.table_identity import Identity, LibraryModels
from service.types import Report

TableRow = dict[str, Any]
OK, FAILED = "ok", "failed"
"""What `status` may be."""
_WHOLE = View()

_LABELLED = pa.list_(pa.struct([("label", pa.string()), ("probability", pa.float32())]))
"""A tagger has hundreds of labels: of these, only the probable ones are kept, in one column."""
_SEGMENT = (
    ("start", pa.float64()),
    ("end", pa.float64()),
    ("label", pa.string()),
    ("detail", pa.string()),
    ("probability", pa.float32()),
)
LISTED = (
    ("path", pa.string()),
    ("size_bytes", pa.int64()),
    ("modified", pa.timestamp("ns", "UTC")),
    ("etag", pa.string()),
)
"""Columns that tell one version of a file from another."""
_BEFORE = (
    *LISTED,
    ("status", pa.string()),
    ("error", pa.string()),
    ("error_detail", pa.string()),
    ("container", pa.string()),
    ("codec", pa.string()),
    ("sample_rate", pa.int32()),
    ("channels", pa.int16()),
    ("duration_seconds", pa.float64()),
    ("silence_ratio", pa.float32()),
    ("clipping_ratio", pa.float32()),
    ("warnings", pa.list_(pa.string())),
    ("label", pa.string()),
)
_AFTER = (
    ("models", pa.string()),
    ("options", pa.string()),
    ("analysis_seconds", pa.float32()),
    ("part", pa.int32()),
)


@dataclass(frozen=True, slots=True)
class Schemas:
    files: pa.Schema
    chunks: pa.Schema


def schemas(models: LibraryModels) -> Schemas:
    """`gate.music` and so on, one column for each label of the gate and the branches; times in seconds."""
    shares = [(f"share.{name}", pa.float32()) for name in models.shares]
    tags = [("tags", _LABELLED)] if models.has_tags else []
    segments = pa.list_(pa.struct([*_SEGMENT, *tags]))
    averages: list[tuple[str, pa.DataType]] = []
    scores: list[tuple[str, pa.DataType]] = []
    for listener, labels in models.labels.items():
        of_labels = [(f"{listener}.{label}", pa.float32()) for label in labels]
        averages += of_labels if listener == "gate" else [(f"{listener}_seconds", pa.float64()), *of_labels]
        scores += of_labels
    in_between = [*shares, *averages, *tags, ("joint", _LABELLED), ("segments", segments)]
    chunks = [("path", pa.string()), ("start", pa.float64()), ("end", pa.float64()), *scores, *tags]
    return Schemas(pa.schema([*_BEFORE, *in_between, *_AFTER]), pa.schema(chunks))


class TableRows:
    """Makes rows; `identity` is what they have in common."""

    def __init__(self, models: LibraryModels, identity: Identity) -> None:
        self.schemas = schemas(models)
        self._labels = models.labels
        self._has_tags = models.has_tags
        self._models = json.dumps(identity.models)
        self._options = json.dumps(identity.options)

    def of(self, outcome: FileOutcome, part: int) -> tuple[TableRow, list[TableRow]]:
        """The row of the file, and its chunks as the answer has them."""
        item, answer = outcome.item, outcome.answer
        row: TableRow = {
            "path": item.name,
            "size_bytes": item.size_bytes,
            "modified": item.modified_ns,
            "etag": item.etag,
            "models": self._models,
            "options": self._options,
            "analysis_seconds": outcome.seconds,
            "part": part,
        }
        if isinstance(answer, EarmarkError):
            return row | {"status": FAILED, "error": answer.slug, "error_detail": encodable(answer.detail)}, []
        written = document(answer, _WHOLE)
        return row | {"status": OK} | _about(answer, written), written["chunks"]

    def files(self, rows: list[TableRow]) -> pa.RecordBatch:
        return pa.RecordBatch.from_pylist(rows, self.schemas.files)

    def chunks(self, names: list[str], chunks: list[TableRow]) -> pa.RecordBatch:
        """Rows of several files; `names` has that of each chunk's."""
        columns: dict[str, list[Any]] = {
            "path": names,
            "start": [chunk["start"] for chunk in chunks],
            "end": [chunk["end"] for chunk in chunks],
        }
        for listener, labels in self._labels.items():
            heard = [chunk[listener] for chunk in chunks]
            columns |= {
                f"{listener}.{label}": [None if one is None else one[label] for one in heard] for label in labels
            }
        if self._has_tags:
            columns["tags"] = [chunk["tags"] for chunk in chunks]
        return pa.RecordBatch.from_pydict(columns, self.schemas.chunks)


def _about(report: Report, written: TableRow) -> TableRow:
    row: TableRow = dict(written["audio"])
    row |= {name: written[name] for name in ("label", "joint", "segments")}
    row |= {"tags": written.get("tags")}
    row |= _scores("share", written["shares"])
    row |= _scores("gate", written["gate"])
    for branch in report.branches:
        row[f"{branch}_seconds"] = written[branch]["seconds"]
        row |= _scores(branch, written[branch]["probabilities"])
    return row


def _scores(listener: str, scores: dict[str, float] | None) -> dict[str, float]:
    return {f"{listener}.{label}": score for label, score in (scores or {}).items()}
