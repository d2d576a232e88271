"""Killed before any step that changes the disk, a run loses nothing that was saved, and doubles nothing."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.library.made_up import BAD, MadeUpEngine, fill, run
from tests.library.tables import Tables

FIRST = {"a.wav": 2, "b.wav": 3, "bad.wav": BAD, "c.wav": 1}
SECOND = {"b.wav": 5, "d.wav": 4, "bad.wav": BAD + 1}


class Killed(BaseException):
    pass


@contextmanager
def killed_before_step(number: int) -> Iterator[list[str]]:
    """The names of the steps that were begun; from that number on none is done any more."""
    steps: list[str] = []

    def dying(name: str, do: Any) -> Any:
        def step(*arguments: Any, **more: Any) -> Any:
            steps.append(name)
            if len(steps) >= number:
                raise Killed
            return None if name == "fsync" else do(*arguments, **more)

        return step

    with pytest.MonkeyPatch.context() as patch:
        for name in ("replace", "unlink", "rmdir", "mkdir"):
            patch.setattr(Path, name, dying(name, getattr(Path, name)))
        patch.setattr(os, "fsync", dying("fsync", os.fsync))
        yield steps


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One run is through, and some of its files have changed."""
    place = tmp_path_factory.mktemp("begun")
    fill(place / "sounds", FIRST)
    run([place / "sounds"], place / "out.parquet", save_seconds=60)
    fill(place / "sounds", SECOND)
    return place


@pytest.mark.parametrize(("save_seconds", "again"), [(0.0, False), (60.0, True)])
def test_killed_at_any_step(begun: Path, tmp_path: Path, save_seconds: float, again: bool) -> None:
    number = 0
    was_killed = True
    while was_killed:
        number += 1
        was_killed = _one_life(begun, tmp_path / str(number), number, save_seconds, again)
    assert number > 20


def _one_life(begun: Path, place: Path, number: int, save_seconds: float, again: bool) -> bool:
    """A run that is killed before that step, and one that makes up for it."""
    shutil.copytree(begun, place)
    output, was_killed = place / "out.parquet", False
    with killed_before_step(number) as steps:
        try:
            run([begun / "sounds"], output, save_seconds=save_seconds, again=again)
        except Killed:
            was_killed = True
    assert Tables.read(output).dangling() == [], steps
    saved = len(list((place / "out.chunks" / "_run").glob("part-*.files.parquet")))
    rest = MadeUpEngine()
    run([begun / "sounds"], output, rest, save_seconds=save_seconds)
    Tables.read(output).check({"a.wav": 2, "b.wav": 5, "bad.wav": 14, "c.wav": 1, "d.wav": 4})
    if not save_seconds:
        assert len(rest.done) <= 3 - saved, "what was saved was done again"
    return was_killed
