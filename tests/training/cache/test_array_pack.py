"""Arrays survive whatever happens to the process that writes them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from training.cache.array_pack import ArrayPack, PackError

ROWS = 200_000
"""Of a pack that is written endlessly: 3 MB an array, so that a kill hits a write more often than not."""

WRITE_FOR_EVER = f"""
import sys
from pathlib import Path
import numpy as np
from training.cache.array_pack import ArrayPack
pack = ArrayPack(Path(sys.argv[1]), np.float32, (4,))
with pack.appending() as appender:
    for number in range(100_000):
        if str(number) not in pack:
            appender.append(str(number), np.full(({ROWS}, 4), number, np.float32))
"""
DIE_BEFORE_THE_INDEX = """
import os, signal, sys
from pathlib import Path
import numpy as np
from training.cache.array_pack import ArrayPack
with ArrayPack(Path(sys.argv[1]), np.float32, (4,)).appending() as appender:
    appender.append("first", np.ones((3, 4), np.float32))
    os.fdatasync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
    appender.append("second", np.full((3, 4), 2, np.float32))
"""
HOLD = """
import sys
from pathlib import Path
import numpy as np
from training.cache.array_pack import ArrayPack
with ArrayPack(Path(sys.argv[1]), np.float32, (4,)).appending():
    print("held", flush=True)
    sys.stdin.read()
"""


def pack_at(folder: Path) -> ArrayPack:
    return ArrayPack(folder, np.float32, (4,))


def rows(count: int, value: float = 1) -> NDArray[np.float32]:
    return np.full((count, 4), value, np.float32)


def append(folder: Path, **arrays: NDArray[np.float32]) -> ArrayPack:
    pack = pack_at(folder)
    with pack.appending() as appender:
        for key, array in arrays.items():
            appender.append(key, array)
    return pack


def test_what_was_appended_is_read_back(tmp_path: Path) -> None:
    random = np.random.default_rng(0).standard_normal((7, 4)).astype(np.float32)
    written = append(tmp_path, a=random, nothing=rows(0), b=rows(2))
    for pack in (written, pack_at(tmp_path)):
        np.testing.assert_array_equal(pack["a"], random)
        np.testing.assert_array_equal(pack["b"], rows(2))
        assert pack["nothing"].shape == (0, 4)
        assert "c" not in pack
        with pytest.raises(KeyError):
            pack["c"]


def test_rows_of_any_shape(tmp_path: Path) -> None:
    pack = ArrayPack(tmp_path, np.int16, ())
    with pack.appending() as appender:
        appender.append("a", np.arange(5, dtype=np.int16))
        np.testing.assert_array_equal(pack["a"], np.arange(5))  # at once, while more may come
        appender.append("b", np.arange(9, dtype=np.int16)[::2])
    np.testing.assert_array_equal(ArrayPack(tmp_path, np.int16, ())["b"], [0, 2, 4, 6, 8])


def test_what_is_read_is_the_file_and_cannot_be_changed(tmp_path: Path) -> None:
    array = append(tmp_path, a=rows(1))["a"]
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 0


def test_a_broken_key_keeps_its_reason(tmp_path: Path) -> None:
    with pack_at(tmp_path).appending() as appender:
        appender.append_broken("a", "It ends\nin the middle of “nowhere”.")
    pack = pack_at(tmp_path)
    assert "a" in pack
    assert pack.reason("a") == "It ends\nin the middle of “nowhere”."
    assert pack.reason("b") is None
    with pytest.raises(KeyError):
        pack["a"]


@pytest.mark.parametrize(("dtype", "row_shape"), [(np.float64, (4,)), (np.float32, (5,)), (">f4", (4,))])
def test_rows_of_another_kind_are_refused(tmp_path: Path, dtype: str, row_shape: tuple[int, ...]) -> None:
    append(tmp_path, a=rows(1))
    with pytest.raises(PackError, match=r"holds rows of <f4 \(4,\); .* is asked for"):
        ArrayPack(tmp_path, dtype, row_shape)


def test_another_version_is_refused(tmp_path: Path) -> None:
    pack_at(tmp_path)
    (tmp_path / "meta.json").write_text('{"version": 2, "dtype": "<f4", "row_shape": [4]}')
    with pytest.raises(PackError, match="no pack of version 1"):
        pack_at(tmp_path)


def test_a_damaged_index_is_refused_by_line(tmp_path: Path) -> None:
    append(tmp_path, a=rows(1), b=rows(1))
    index = tmp_path / "index.jsonl"
    index.write_text(index.read_text().replace('"key":"b"', '"kex":"b"'))
    with pytest.raises(PackError, match=r"index.jsonl, line 2 is damaged. Delete"):
        pack_at(tmp_path)


def test_a_killed_writer_loses_only_what_it_was_writing(tmp_path: Path) -> None:
    for _ in range(4):
        before = len(intact_arrays(tmp_path))
        process = subprocess.Popen([sys.executable, "-c", WRITE_FOR_EVER, str(tmp_path)])
        while number_of_lines(tmp_path) < before + 4:
            assert process.poll() is None
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert len(intact_arrays(tmp_path)) >= before + 4
    assert intact_arrays(append(tmp_path, end=rows(1, 9)).folder)
    np.testing.assert_array_equal(pack_at(tmp_path)["end"], rows(1, 9))


def number_of_lines(folder: Path) -> int:
    index = folder / "index.jsonl"
    return index.read_bytes().count(b"\n") if index.exists() else 0


def intact_arrays(folder: Path) -> list[NDArray[np.float32]]:
    """Of an endless writer: all that are there, in order and each with its own content."""
    pack = pack_at(folder)
    arrays: list[NDArray[np.float32]] = []
    while str(len(arrays)) in pack:
        array = pack[str(len(arrays))]
        assert array.shape == (ROWS, 4)
        assert np.all(array == len(arrays))
        arrays.append(array)
    return arrays


def test_rows_without_their_line_in_the_index_never_were(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", DIE_BEFORE_THE_INDEX, str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "rows.bin").stat().st_size == 2 * 3 * 4 * 4
    assert "second" not in pack_at(tmp_path)
    append(tmp_path, second=rows(3, 5), third=rows(1, 6))
    pack = pack_at(tmp_path)
    np.testing.assert_array_equal(pack["first"], rows(3, 1))
    np.testing.assert_array_equal(pack["second"], rows(3, 5))
    np.testing.assert_array_equal(pack["third"], rows(1, 6))


@pytest.mark.parametrize(("file", "cut"), [("rows.bin", 1), ("rows.bin", 30), ("index.jsonl", 1), ("index.jsonl", 20)])
def test_a_torn_end_is_cut_off(tmp_path: Path, file: str, cut: int) -> None:
    append(tmp_path, a=rows(2, 1), b=rows(2, 2))
    with (tmp_path / file).open("r+b") as torn:
        torn.truncate((tmp_path / file).stat().st_size - cut)
    assert "b" not in pack_at(tmp_path)
    append(tmp_path, c=rows(3, 3), b=rows(2, 4))
    pack = pack_at(tmp_path)
    for key, array in (("a", rows(2, 1)), ("c", rows(3, 3)), ("b", rows(2, 4))):
        np.testing.assert_array_equal(pack[key], array)


def test_a_second_writer_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        pack = pack_at(tmp_path)  # reading is always possible
        refused = f"is being written by process {process.pid}. Wait"
        with pytest.raises(PackError, match=refused), pack.appending():
            pass
        process.kill()
    append(tmp_path, a=rows(1))
    assert (tmp_path / "lock").read_text() == str(os.getpid())


def test_a_writer_sees_what_others_wrote_since_it_was_opened(tmp_path: Path) -> None:
    pack = pack_at(tmp_path)
    append(tmp_path, a=rows(1, 7))
    assert "a" not in pack
    with pack.appending() as appender:
        assert "a" in pack
        appender.append("b", rows(1, 8))
    np.testing.assert_array_equal(pack["a"], rows(1, 7))
    np.testing.assert_array_equal(pack_at(tmp_path)["b"], rows(1, 8))
