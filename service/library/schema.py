"""The columns of the two tables, which follow from the labels of the models."""

from dataclasses import dataclass

import pyarrow as pa

from service.library.models import Models

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
OK, FAILED = "ok", "failed"


@dataclass(frozen=True, slots=True)
class Schemas:
    files: pa.Schema
    chunks: pa.Schema


def schemas(models: Models) -> Schemas:
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
    told = [*shares, *averages, *tags, ("joint", _LABELLED), ("segments", segments)]
    chunks = [("path", pa.string()), ("start", pa.float64()), ("end", pa.float64()), *scores, *tags]
    return Schemas(pa.schema([*_BEFORE, *told, *_AFTER]), pa.schema(chunks))
