"""A labelled collection of recordings, and what was wrong with it."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from os.path import relpath
from pathlib import Path

from training.clip import Clip


class CorpusError(Exception):
    """The folder does not hold what its layout asks for. Says which file, and what was expected."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Clips in the order of the corpus's own list; `missing` are files that the list names and the folder lacks."""

    name: str
    clips: tuple[Clip, ...]
    missing: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A published way to lay out a corpus: how to recognise a folder, and how to list its clips."""

    name: str
    fits: Callable[[Path], bool]
    clips: Callable[[Path], Iterator[Clip]]


def read_layout(layout: Layout, root: Path) -> Corpus:
    """Raises CorpusError, also if a file is listed twice: it would be trained on and tested on."""
    above = root.absolute().parent
    listed = [replace(one, name=Path(relpath(one.path, above)).as_posix()) for one in layout.clips(root)]
    for name, count in Counter(clip.name for clip in listed).most_common(1):
        if count > 1:
            raise CorpusError(f"{name} is listed {count} times; once is needed.")
    missing = tuple(clip.path for clip in listed if not clip.path.is_file())
    gone = set(missing)
    return Corpus(layout.name, tuple(clip for clip in listed if clip.path not in gone), missing)


def joined(corpora: Sequence[Corpus]) -> Corpus:
    return Corpus(
        " and ".join(dict.fromkeys(corpus.name for corpus in corpora)),
        tuple(clip for corpus in corpora for clip in corpus.clips),
        tuple(path for corpus in corpora for path in corpus.missing),
    )


def table_rows(path: Path, required: tuple[str, ...]) -> Iterator[Mapping[str, str]]:
    """Rows of a CSV file with a header. Raises CorpusError if a column is missing or a cell is empty."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            lacking = [column for column in required if column not in (reader.fieldnames or ())]
            if lacking:
                raise CorpusError(f"{path.name} has no column {', '.join(lacking)}; it has {reader.fieldnames}.")
            for row in reader:
                empty = [column for column in required if not row[column]]
                if empty:
                    raise CorpusError(f"{path.name}, line {reader.line_num}: {', '.join(empty)} is empty.")
                yield row
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path.name} is not in UTF-8: byte {error.start} cannot be read.") from None
    except OSError as error:
        raise CorpusError(f"{path.name} cannot be read: {error.strerror}.") from None
