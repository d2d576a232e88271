"""What `earmark classify` was pointed at: files as they are named, folders searched for sound."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from service.audio.sniff import sniff
from service.audio.source import open_source
from service.errors import EarmarkError

SOUND_SUFFIXES = frozenset(
    f".{suffix}"
    for kind in ("wav wave flac mp2 mp3", "ogg oga opus webm mkv mka", "aiff aif aifc au snd", "m4a m4b mp4 mov aac")
    for suffix in kind.split()
)
"""A file in a folder with such a name is reported even if it holds no sound: somebody meant it to."""


@dataclass(frozen=True, slots=True)
class Input:
    """`path` to open, `name` as the user sees it, `output_name` relative to the folder that was searched."""

    path: Path
    name: str
    output_name: PurePath


def find_inputs(paths: Sequence[Path]) -> list[Input]:
    """Every file once, folders in the order of their names."""
    found: dict[Path, Input] = {}
    for path in paths:
        inputs = _in_folder(path) if path.is_dir() else [Input(path, str(path), PurePath(path.name))]
        for one in inputs:
            found.setdefault(one.path.absolute(), one)
    return list(found.values())


def _in_folder(folder: Path) -> Iterator[Input]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and (path.suffix.lower() in SOUND_SUFFIXES or _sounds(path)):
            yield Input(path, str(path), path.relative_to(folder))


def _sounds(path: Path) -> bool:
    try:
        with open_source(path) as file:
            sniff(file)
    except (EarmarkError, OSError):
        return False
    return True
