"""Every content is made once, whatever the files are called, and stays made."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.training.cache.recorded_work import byte_values, made
from training.cache.file_cache import FileArrays, NotCached


def arrays_in(folder: Path) -> FileArrays:
    return FileArrays(folder / "cache", np.uint8, (), byte_values)


def write(folder: Path, **contents: bytes) -> list[Path]:
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]


def test_each_file_is_made_once(tmp_path: Path) -> None:
    paths = write(tmp_path, a=b"one", b=b"other")
    told: list[Path] = []
    arrays = arrays_in(tmp_path)
    assert arrays.fill([*paths, paths[0]], 2, told.append) == {}
    assert bytes(arrays[paths[0]]) == b"one"
    assert bytes(arrays[paths[1]]) == b"other"
    assert sorted(told) == paths
    again = arrays_in(tmp_path)
    again.fill(paths, 2, told.append)
    assert bytes(again[paths[1]]) == b"other"
    assert sorted(told) == sorted(2 * paths)
    assert sorted(made(tmp_path)) == ["a", "b"]


def test_the_same_bytes_under_another_name_are_not_made_again(tmp_path: Path) -> None:
    first, copy = write(tmp_path, first=b"same", copy=b"same")
    arrays = arrays_in(tmp_path)
    arrays.fill([first, copy], 2)
    assert bytes(arrays[copy]) == b"same"
    (tmp_path / "moved").mkdir()
    moved = first.rename(tmp_path / "moved" / "elsewhere")
    arrays.fill([moved], 2)
    assert bytes(arrays[moved]) == b"same"
    assert made(tmp_path) == ["first"]
    assert made(tmp_path / "moved") == []


def test_changed_bytes_are_made_again(tmp_path: Path) -> None:
    (path,) = write(tmp_path, a=b"before")
    arrays = arrays_in(tmp_path)
    arrays.fill([path], 1)
    path.write_bytes(b"after!")
    os.utime(path, ns=(0, 0))  # not even a clock that stood still hides it
    with pytest.raises(NotCached, match="fill it with this file first"):
        arrays[path]
    arrays.fill([path], 1)
    assert bytes(arrays[path]) == b"after!"
    assert made(tmp_path) == ["a", "a"]


def test_a_broken_file_is_named_with_its_reason_and_not_tried_again(tmp_path: Path) -> None:
    good, broken, copy = write(tmp_path, good=b"good", broken=b"broken", copy=b"broken")
    reason = "No sound could be decoded. It is broken."
    for _ in range(2):
        arrays = arrays_in(tmp_path)
        assert arrays.fill([good, broken, copy], 2) == {broken: reason, copy: reason}
        with pytest.raises(NotCached, match=reason):
            arrays[copy]
    assert sorted(made(tmp_path)) == ["broken", "good"]


def test_a_file_that_could_not_be_read_is_tried_again(tmp_path: Path) -> None:
    (path,) = write(tmp_path, a=b"unreadable")
    for _ in range(2):
        assert arrays_in(tmp_path).fill([path], 1) == {path: "The file could not be read. Not this time."}
    assert made(tmp_path) == ["a", "a"]


def test_a_file_that_is_not_there_is_broken(tmp_path: Path) -> None:
    told: list[Path] = []
    broken = arrays_in(tmp_path).fill([tmp_path / "gone"], 1, told.append)
    assert broken == {tmp_path / "gone": "The file could not be read. No such file or directory."}
    assert told == [tmp_path / "gone"]


def test_filling_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    names = [f"{number:02}.bin" for number in range(40)]
    paths = [tmp_path / name for name in names]
    for path in paths:
        path.write_bytes(path.name.encode())
    work = [sys.executable, "-m", "tests.training.cache.recorded_work", str(tmp_path / "cache"), str(tmp_path)]
    process = subprocess.Popen(work)
    while len(made(tmp_path)) < 12:
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    arrays = arrays_in(tmp_path)
    assert arrays.fill(paths, 2) == {}
    assert [bytes(arrays[path]).decode() for path in paths] == names
    times = Counter(made(tmp_path))
    assert set(times) == set(names)
    assert sum(times.values()) <= len(names) + 10  # those that were being made, or were ready but not yet written
    assert max(times.values()) <= 2
