"""The containers that are accepted, and what the bytes of a file say: which one it is, and whether its end is missing.

Neither the file's name nor what a client says of it counts."""

import io
from dataclasses import dataclass
from typing import Literal

from service.audio import mpeg
from service.audio.decoded import SeekableFile
from service.audio.guarded_file import GuardedFile
from service.errors import UnsupportedFormat

Decoder = Literal["soundfile", "av"]

HEAD_BYTES = 64 * 1024
"""Enough to find the first MPEG frames behind padding or a damaged start."""
MAX_TAGS = 4
"""ID3 tags that may follow each other before the sound; real files have one, rarely two."""


@dataclass(frozen=True, slots=True)
class Container:
    """An allowed container: who decodes it, in this order, and the one demuxer that PyAV may use for it."""

    name: str
    decoders: tuple[Decoder, ...]
    demuxer: str
    tolerated_seconds: float = 0.5
    """Between header and sound: codecs pad by up to 0.1 s, and no one misses half a second."""


COUNTED_SECONDS = 0.05
"""Where the header counts samples: less than the shortest frame of FLAC that gets lost (0.09 s)."""
PAGES_SECONDS = 0.1
"""Ogg counts samples too, among them those that Opus skips at the start; a damaged page holds up to a second."""

# soundfile reads these exactly and fast, but stops at the first damage; PyAV carries on from there.
WAV = Container("wav", ("soundfile", "av"), "wav", COUNTED_SECONDS)
FLAC = Container("flac", ("soundfile", "av"), "flac", COUNTED_SECONDS)
AIFF = Container("aiff", ("soundfile", "av"), "aiff", COUNTED_SECONDS)
AU = Container("au", ("soundfile", "av"), "au", COUNTED_SECONDS)
# libsndfile cuts VBR MP3 without a Xing header short, breaks off in some Opus files, and is slower on all three.
MP3 = Container("mp3", ("av", "soundfile"), "mp3")
OGG = Container("ogg", ("av", "soundfile"), "ogg", PAGES_SECONDS)
# These only PyAV reads.
MP4 = Container("mp4", ("av",), "mov,mp4,m4a,3gp,3g2,mj2")
AAC = Container("aac", ("av",), "aac")
WEBM = Container("webm", ("av",), "matroska,webm")
MATROSKA = Container("matroska", ("av",), "matroska,webm")

CONTAINERS = (WAV, FLAC, MP3, OGG, AIFF, AU, MP4, AAC, WEBM, MATROSKA)

_ACCEPTED = ", ".join(container.name for container in CONTAINERS)
_MP4_ATOMS = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_NOT_AUDIO = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"MThd", "a MIDI score, which holds notes and no sound"),
    (b"#!AMR", "AMR audio, which is not supported"),
    (b"\x30\x26\xb2\x75", "Windows Media (ASF), which is not supported"),
)
_TEXTS = ((b"<", "HTML or XML text"), (b"{", "JSON text"))
_TEXT_BYTES = 64
_CONTROL_BYTES = bytes({*range(32)} - {*b"\t\n\r"})


def sniff(file: SeekableFile) -> Container:
    """The container of a seekable file, which is left at its beginning."""
    return find_sound(file)[0]


def find_sound(file: SeekableFile) -> tuple[Container, int]:
    """The container, and the byte at which it begins, behind ID3 tags. The file is left at its beginning."""
    try:
        return _find_from(file, 0, MAX_TAGS)
    finally:
        file.seek(0)


def _find_from(file: SeekableFile, offset: int, tags_left: int) -> tuple[Container, int]:
    file.seek(offset)
    head = file.read(HEAD_BYTES)
    tag_bytes = mpeg.id3_tag_bytes(head)
    if tag_bytes and tags_left:
        return _find_from(file, offset + tag_bytes, tags_left - 1)
    container = _by_magic(head)
    if container is None:
        _refuse_other_formats(head)  # before MPEG frames are looked for: an archive may hold them
        container = _by_mpeg_frames(head)
    if container is None:
        raise UnsupportedFormat(_unknown(head) if head else _cut_tag(offset, file.seek(0, io.SEEK_END)))
    return container, offset


def _by_magic(head: bytes) -> Container | None:
    kind = head[8:12]
    if head[:4] in {b"RIFF", b"RIFX", b"RF64", b"BW64"} and kind == b"WAVE":
        return WAV
    if head[:4] == b"FORM" and kind in {b"AIFF", b"AIFC"}:
        return AIFF
    if head[:4] == b"\x1aE\xdf\xa3":
        return WEBM if b"webm" in head[:64] else MATROSKA
    if head[4:8] in _MP4_ATOMS:
        return MP4
    return {b"fLaC": FLAC, b"OggS": OGG, b".snd": AU}.get(head[:4])


def _by_mpeg_frames(head: bytes) -> Container | None:
    return {"mp3": MP3, "aac": AAC, None: None}[mpeg.find_stream(head)]


def _cut_tag(tag_end: int, size: int) -> str:
    return f"The file ends within its ID3 tag: that is {tag_end} bytes long, the whole file {size}. There is no sound."


def _refuse_other_formats(head: bytes) -> None:
    is_text = not any(byte in _CONTROL_BYTES for byte in head[:_TEXT_BYTES])
    for magic, what in (*_NOT_AUDIO, *(_TEXTS if is_text else ())):
        if head.startswith(magic):
            raise UnsupportedFormat(f"This is {what}. Accepted are: {_ACCEPTED}.")


def _unknown(head: bytes) -> str:
    start = head[:8].hex(" ") or "nothing"
    return f"The content is of no known audio format (it begins with bytes {start}). Accepted are: {_ACCEPTED}."


_UNKNOWN_SIZES = {0, 2**32 - 1, 2**64 - 1}
"""Written by recorders that never came to fill in the header."""
_TAIL_BYTES = 128 * 1024
"""Two Ogg pages at their largest: the last whole page lies in there."""
_MAX_ATOMS = 1000
"""At the top level of an MP4 there are a handful, and the index comes before any fragments."""


def cut_sign(file: GuardedFile, container: Container) -> str | None:
    """A sentence on what is missing, or None. Leaves the file at its beginning.

    Decoders pass over a missing end in silence; these are the signs of it in the file itself."""
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
