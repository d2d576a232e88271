"""A path or a seekable file object, opened with errors that name the problem."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from service.audio.guarded_file import GuardedFile
from service.audio.stream import Checkpoint
from service.errors import EmptyFile, FileMissing, FileUnreadable, NotAFile

Source = str | os.PathLike[str] | BinaryIO


@contextmanager
def open_source(source: Source, checkpoint: Checkpoint | None = None) -> Iterator[GuardedFile]:
    """Yields the file at its beginning. Closes it only if it was opened here."""
    if isinstance(source, str | os.PathLike):
        with _open_path(Path(source)) as file:
            yield _guarded(file, checkpoint)
    else:
        yield _guarded(source, checkpoint)


def _open_path(path: Path) -> BinaryIO:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise NotAFile("This is a directory; a single audio file is needed.")
        if not stat.S_ISREG(mode):  # opening a pipe would block for ever
            raise NotAFile("This is neither a regular file nor a link to one (a pipe, a socket or a device).")
        return path.open("rb", buffering=0)  # decoders read in large pieces, and by the bare descriptor
    except FileNotFoundError:
        raise FileMissing("There is no file of this name.") from None
    except PermissionError:
        raise FileUnreadable("The file's permissions do not allow reading it.") from None
    except (OSError, ValueError) as error:  # a name too long, a NUL in the name, an unreadable disk
        reason = error.strerror if isinstance(error, OSError) else "the name is not valid"
        raise FileUnreadable(f"The system could not open the file: {reason}.") from None


def _guarded(file: BinaryIO, checkpoint: Checkpoint | None) -> GuardedFile:
    guarded = GuardedFile(file, checkpoint)
    if not guarded.size:
        raise EmptyFile("The file has 0 bytes.")
    return guarded
