"""A labelled collection of recordings: its clips, how a folder of them is read, and what to do about faults."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from os.path import relpath
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Clip:
    """One labelled recording, whatever corpus it comes from.

    `group` is what must never be split: the song, the speaker, the source recording. `fold` is the corpus's own."""

    path: Path
    label: str
    group: str
    corpus: str
    fold: str | None = None
    licence: str = "unknown"
    name: str = ""
    """The path from the corpus's folder on, with the name of that."""
    is_test: bool = False
    """Belongs to the evaluation set that the corpus was published with."""


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


FaultPolicy = Literal["skip", "refuse"]
"""What to do about files that are missing or broken: go on without them, or not at all."""
MOST_NAMED = 5
"""Files that a message names; it gives the number of all."""


@dataclass(frozen=True, slots=True)
class UsableClips:
    clips: tuple[Clip, ...]
    report: str
    """What was skipped, over several lines; empty if nothing was."""


def usable_clips(
    clips: Sequence[Clip], missing: Sequence[Path], broken: Mapping[Path, str], policy: FaultPolicy
) -> UsableClips:
    """`clips` and `missing` as a corpus has them, `broken` as filling a cache returned them.

    Raises CorpusError if there are any faults and the policy is `refuse`, or if no clip is left.
    """
    left = tuple(clip for clip in clips if clip.path not in broken)
    faults = [*((path, "Listed, but not there.") for path in missing), *broken.items()]
    files = len({clip.path for clip in clips} | {path for path, _ in faults})
    found = f"{len(faults)} of {files} files cannot be used: {len(missing)} missing, {len(broken)} broken."
    lines = [found, *(f"  {path}: {reason}" for path, reason in faults[:MOST_NAMED])]
    if len(faults) > MOST_NAMED:
        lines.append(f"  and {len(faults) - MOST_NAMED} more; `training check` names all of them")
    report = "\n".join(lines) if faults else ""
    if faults and policy == "refuse":
        raise CorpusError(f"{report}\nRepair them, take them off the list, or choose to skip them.")
    if not left:
        raise CorpusError(report or "There are no clips.")
    return UsableClips(left, report)
