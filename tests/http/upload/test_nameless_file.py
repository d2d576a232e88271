import threading
from pathlib import Path
from typing import Any

import pytest

from service.http.upload.upload_store import UnnamedFile


def test_it_grows_in_memory_then_on_disk(tmp_path: Path) -> None:
    file = UnnamedFile(tmp_path)
    file.add(b"so")
    file.write(file.take())
    file.add(memoryview(b"und"))
    assert file.size == 5
    assert file.take() == b"und"
    file.write(bytearray(b"und"))
    assert file.rewound().read() == b"sound"
    assert not list(tmp_path.iterdir())
    file.close()


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is nearly full takes part of what it is given."""

    class Reluctant:
        def __init__(self) -> None:
            self.taken = bytearray()

        def write(self, data: memoryview) -> int:
            self.taken += data[:3]
            return min(3, len(data))

    reluctant = Reluctant()
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_options: reluctant)
    UnnamedFile(tmp_path).write(bytearray(b"some sound"))
    assert reluctant.taken == b"some sound"


def test_what_is_closed_stays_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that comes late must not open the file again: nobody would close it."""
    opened = []
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_options: opened.append(1))
    file = UnnamedFile(tmp_path)
    file.close()
    file.write(bytearray(b"sound"))
    assert not opened


def test_closing_waits_for_who_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise its descriptor could be that of another file by then."""
    events: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    class Slow:
        def write(self, data: memoryview) -> int:
            begun.set()
            assert go_on.wait(60)
            events.append("written")
            return len(data)

        def close(self) -> None:
            events.append("closed")

    slow: Any = Slow()
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_options: slow)
    file = UnnamedFile(tmp_path)
    writing = threading.Thread(target=file.write, args=(bytearray(b"sound"),))
    closing = threading.Thread(target=file.close)
    writing.start()
    assert begun.wait(60)
    closing.start()
    closing.join(0.05)
    go_on.set()
    writing.join(60)
    closing.join(60)
    assert events == ["written", "closed"]
