"""Signs in the file itself that its end is missing, for containers whose decoders pass over that in silence."""

from service.audio import mpeg
from service.audio.guarded_file import GuardedFile
from service.audio.sniff import AIFF, AU, HEAD_BYTES, MP3, MP4, OGG, WAV, Container

_UNKNOWN_SIZES = {0, 2**32 - 1, 2**64 - 1}
"""Written by recorders that never came to fill in the header."""
_TAIL_BYTES = 128 * 1024
"""Two Ogg pages at their largest: the last whole page lies in there."""
_MAX_ATOMS = 1000
"""At the top level of an MP4 there are a handful, and the index comes before any fragments."""


def cut_sign(file: GuardedFile, container: Container) -> str | None:
    """A sentence on what is missing, or None. Leaves the file at its beginning."""
    try:
        if container is OGG:
            return _ogg_sign(file)
        if container is MP4:
            return _mp4_sign(file)
        announced = _announced_bytes(file, container)
        if announced is not None and announced > file.size:
            return f"The header announces {file.start + announced} bytes, the file has {file.start + file.size}."
        return None
    finally:
        file.seek(0)


def _announced_bytes(file: GuardedFile, container: Container) -> int | None:
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if len(head) < 12:
        return None
    if container is WAV:
        return _announced_wav_bytes(head)
    if container is AIFF:
        return int.from_bytes(head[4:8], "big") + 8
    if container is MP3:
        return mpeg.xing_bytes(head)
    if container is AU:
        data_bytes = int.from_bytes(head[8:12], "big")
        return None if data_bytes in _UNKNOWN_SIZES else int.from_bytes(head[4:8], "big") + data_bytes
    return None


def _announced_wav_bytes(head: bytes) -> int | None:
    if head[:4] not in {b"RF64", b"BW64"}:
        chunk_bytes = int.from_bytes(head[4:8], "big" if head[:4] == b"RIFX" else "little")
    elif head[12:16] == b"ds64":
        chunk_bytes = int.from_bytes(head[20:28], "little")
    else:
        return None
    return None if chunk_bytes in _UNKNOWN_SIZES else chunk_bytes + 8


def _ogg_sign(file: GuardedFile) -> str | None:
    """The last page of an Ogg stream carries an end mark (bit 2 of its header type)."""
    file.seek(max(0, file.size - _TAIL_BYTES))
    tail = file.read(_TAIL_BYTES)
    page = tail.rfind(b"OggS")
    if page >= 0 and page + 5 < len(tail) and tail[page + 5] & 4:
        return None
    return "The stream has no end mark."


def _mp4_sign(file: GuardedFile) -> str | None:
    """Without its index (the moov atom), which most writers put at the end, nothing in an MP4 can be found."""
    at = 0
    for _ in range(_MAX_ATOMS):
        file.seek(at)
        head = file.read(16)
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if kind == b"moov":
            return None
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length < 8:  # 0 is an atom up to the end; nothing else is an atom
            break
        at += length
    return "The index, which stands at the end of most MP4 files, is missing."
