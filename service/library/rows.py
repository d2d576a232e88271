"""What came of a file, as a row of one table and rows of the other. Numbers are those of the JSON answer."""

import json
from typing import Any

import pyarrow as pa

from service.errors import EarmarkError
from service.formats.caption import encodable
from service.formats.document import View, document
from service.library.identity import Identity
from service.library.models import Models
from service.library.outcome import Outcome
from service.library.schema import FAILED, OK, schemas
from service.types import Report

Row = dict[str, Any]

_WHOLE = View()


class Rows:
    """Makes them; `identity` is what they have in common."""

    def __init__(self, models: Models, identity: Identity) -> None:
        self.schemas = schemas(models)
        self._labels = models.labels
        self._has_tags = models.has_tags
        self._models = json.dumps(identity.models)
        self._options = json.dumps(identity.options)

    def of(self, outcome: Outcome, part: int) -> tuple[Row, list[Row]]:
        """The row of the file, and its chunks as the answer has them."""
        item, answer = outcome.item, outcome.answer
        row: Row = {
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
        told = document(answer, _WHOLE)
        return row | {"status": OK} | _about(answer, told), told["chunks"]

    def files(self, rows: list[Row]) -> pa.RecordBatch:
        return pa.RecordBatch.from_pylist(rows, self.schemas.files)

    def chunks(self, names: list[str], chunks: list[Row]) -> pa.RecordBatch:
        """Of several files; `names` has that of each chunk's."""
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


def _about(report: Report, told: Row) -> Row:
    row: Row = dict(told["audio"])
    row |= {name: told[name] for name in ("label", "joint", "segments")}
    row |= {"tags": told.get("tags")}
    row |= _scores("share", told["shares"])
    row |= _scores("gate", told["gate"])
    for branch in report.branches:
        row[f"{branch}_seconds"] = told[branch]["seconds"]
        row |= _scores(branch, told[branch]["probabilities"])
    return row


def _scores(listener: str, scores: dict[str, float] | None) -> dict[str, float]:
    return {f"{listener}.{label}": score for label, score in (scores or {}).items()}
