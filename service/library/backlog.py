"""What is still to be done, on disk: listings may be longer than memory, and faster than any worker."""

import logging
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import TextIO

from service.errors import EarmarkError
from service.library.items import LibraryItem

_LOOK_SECONDS = 0.02
_END = "null\n"


def backlog_items(file: Path, stopping: Callable[[], bool]) -> Iterator[LibraryItem]:
    """The items of a backlog that may still grow, in any process; ends with its end, or if `stopping`."""
    with file.open("rb") as stream:
        begun = b""
        while not stopping():
            line = begun + stream.readline()
            if not line.endswith(b"\n"):
                begun = line
                if not os.fstat(stream.fileno()).st_nlink:
                    return
                time.sleep(_LOOK_SECONDS)
                continue
            begun = b""
            text = line.decode("ascii")
            if text == _END:
                return
            yield LibraryItem.from_line(text)


class Backlog:
    """A file of items, filled by a thread of its own."""

    def __init__(self, file: Path, items: Iterator[LibraryItem], stopping: Callable[[], bool]) -> None:
        """Takes what `items` gives into `file`, in their order."""
        self.file = file
        self.length = 0
        """Items so far."""
        self.is_whole = False
        """Whether there will be no more."""
        self._items = items
        self.stopping = stopping
        """Whether the engine that works it off should stop."""
        self._failure: EarmarkError | None = None
        file.write_bytes(b"")
        self._thread = Thread(target=self._fill, name="listing", daemon=True)
        self._thread.start()

    def items(self) -> Iterator[LibraryItem]:
        return backlog_items(self.file, self.stopping)

    def has_any(self) -> bool:
        """Waits for the first item, or for the end."""
        return next(self.items(), None) is not None

    def join(self) -> None:
        """Waits for the end of the listing. Raises what ended it before its time."""
        self._thread.join()
        if self._failure:
            raise self._failure

    def _fill(self) -> None:
        try:
            with self.file.open("a", encoding="ascii", buffering=1) as stream:
                self._write(stream)
        except OSError as error:
            self._failure = self._failure or EarmarkError(f"{self.file} cannot be written: {error.strerror}.")
            self.file.unlink(missing_ok=True)  # this tells its readers that its end will not come
        self.is_whole = True

    def _write(self, stream: TextIO) -> None:
        try:
            for item in self._items:
                if self.stopping():
                    break
                stream.write(item.line())
                self.length += 1
        except EarmarkError as error:
            self._failure = error
        except Exception as error:  # `join` must raise it, whatever it is
            logging.getLogger(__name__).exception("unexpected error")
            self._failure = EarmarkError(f"The files could not be listed ({type(error).__name__}).")
        stream.write(_END)
