"""Signs in the file itself that its end is missing, for containers whose decoders pass over that in silence."""

import io
from typing import BinaryIO

from service.audio import mpeg
from service.audio.sniff import AIFF, AU, HEAD_BYTES, MAX_TAGS, MP3, OGG, WAV, Container

_UNKNOWN_SIZES = {0, 2**32 - 1, 2**64 - 1}
"""Written by recorders that never came to fill in the header."""
_TAIL_BYTES = 128 * 1024
"""Two Ogg pages at their largest: the last whole page lies in there."""


def cut_sign(file: BinaryIO, container: Container) -> str | None:
    """A sentence on what is missing, or None. Leaves the file at its beginning."""
    size = file.seek(0, io.SEEK_END)
    try:
        if container is OGG:
            return _ogg_sign(file, size)
        announced = _announced_bytes(file, container)
        if announced is not None and announced > size:
            return f"The header announces {announced} bytes, the file has {size}."
        return None
    finally:
        file.seek(0)


def _announced_bytes(file: BinaryIO, container: Container) -> int | None:
    file.seek(0)
    head = file.read(28)
    if len(head) < 12:
        return None
    if container is WAV:
        return _announced_wav_bytes(head)
    if container is AIFF:
        return int.from_bytes(head[4:8], "big") + 8
    if container is MP3:
        return _announced_mp3_bytes(file)
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


def _announced_mp3_bytes(file: BinaryIO) -> int | None:
    """From the Xing or Info header in the first frame behind the ID3 tags."""
    start = 0
    for _ in range(MAX_TAGS):
        file.seek(start)
        tag_bytes = mpeg.id3_tag_bytes(file.read(10))
        start += tag_bytes
        if not tag_bytes:
            break
    file.seek(start)
    frames_bytes = mpeg.xing_bytes(file.read(HEAD_BYTES))
    return None if frames_bytes is None else start + frames_bytes


def _ogg_sign(file: BinaryIO, size: int) -> str | None:
    """The last page of an Ogg stream carries an end mark (bit 2 of its header type)."""
    file.seek(max(0, size - _TAIL_BYTES))
    tail = file.read(_TAIL_BYTES)
    page = tail.rfind(b"OggS")
    if page >= 0 and page + 5 < len(tail) and tail[page + 5] & 4:
        return None
    return "The stream has no end mark."
