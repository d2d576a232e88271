"""Both tables of a library, as people read them, and what must hold of them."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tables:
    files: pa.Table
    chunks: pa.Table

    @classmethod
    def read(cls, output: Path) -> "Tables":
        """In one order, whatever that of the run was."""
        chunks = pyarrow.dataset.dataset(output.with_suffix(".chunks"), partitioning="hive").to_table()
        by_time = [("path", "ascending"), ("part", "ascending"), ("start", "ascending")]
        return cls(pq.read_table(output).sort_by("path"), chunks.sort_by(by_time))

    @property
    def rows(self) -> dict[str, Row]:
        """By the name of the file, which must differ."""
        rows = {Path(row["path"]).name: row for row in self.files.to_pylist()}
        assert len(rows) == len(self.files)
        return rows

    @property
    def chunk_rows(self) -> dict[str, list[Row]]:
        rows: dict[str, list[Row]] = {}
        for row in self.chunks.to_pylist():
            rows.setdefault(Path(row["path"]).name, []).append(row)
        return rows

    def same_as(self, other: "Tables") -> bool:
        """Bit for bit, but for what no two runs share."""
        return self._lasting == other._lasting

    @property
    def _lasting(self) -> tuple[pa.Table, pa.Table]:
        return self.files.drop_columns(["part", "analysis_seconds"]), self.chunks.drop_columns(["part"])

    def check(self, chunks_of: dict[str, int]) -> None:
        """Every file is there once, with so many chunks, and nothing else is."""
        assert {name: row["status"] == "ok" for name, row in self.rows.items()} == {
            name: bool(count) for name, count in chunks_of.items()
        }
        assert {name: len(rows) for name, rows in self.chunk_rows.items()} == {
            name: count for name, count in chunks_of.items() if count
        }
        assert self.dangling() == []

    def dangling(self) -> list[str]:
        """Files whose row looks for chunks where there are none, or some twice."""
        found = Counter((row["path"], row["part"], row["start"]) for row in self.chunks.to_pylist())
        places = {(path, part) for path, part, _ in found}
        twice = [path for (path, _, _), count in found.items() if count > 1]
        rows = self.files.to_pylist()
        return twice + [
            row["path"] for row in rows if row["status"] == "ok" and (row["path"], row["part"]) not in places
        ]
