"""MPEG audio without a container: ID3 tags, MP3 and ADTS AAC frame headers."""

from collections.abc import Callable
from typing import Literal

Stream = Literal["mp3", "aac"]

FRAMES_IN_A_ROW = 3
"""Random bytes hold a valid header every few KB; three that follow each other are no accident."""

# kbit/s by [is MPEG 1][layer][index]; index 0 means "free format", 15 is invalid.
_KBITS = {
    (True, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES_HZ = (44100, 48000, 32000)


def id3_tag_bytes(head: bytes) -> int:
    """Length of the ID3v2 tag at the start of `head` with its header, 0 if there is none."""
    if len(head) < 10 or not head.startswith(b"ID3") or any(byte & 0x80 for byte in head[6:10]):
        return 0
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    footer_bytes = 10 if head[5] & 0x10 else 0
    return 10 + size + footer_bytes


def find_stream(head: bytes) -> Stream | None:
    """MP3 or AAC, if frames follow each other from the start of `head`, or anywhere behind padding or damage."""
    offset = head.find(b"\xff")
    while offset >= 0:
        if _frames_in_a_row(head, offset, mp3_frame_bytes):
            return "mp3"
        if _frames_in_a_row(head, offset, adts_frame_bytes):
            return "aac"
        offset = head.find(b"\xff", offset + 1)
    return None


def _frames_in_a_row(head: bytes, offset: int, frame_bytes: Callable[[bytes], int]) -> bool:
    at = offset
    for _ in range(FRAMES_IN_A_ROW):
        length = frame_bytes(head[at : at + 7])
        if not length:
            return False
        at += length
        if offset == 0 and at >= len(head):  # a file of one or two frames, the last one perhaps cut
            return True
    return True


def xing_bytes(head: bytes) -> int | None:
    """Length of the whole stream in bytes by the Xing or Info header of the first frame, which `head` starts with."""
    first_frame = head[: mp3_frame_bytes(head)]
    at = max(first_frame.find(b"Xing"), first_frame.find(b"Info"))
    if at < 0 or at + 16 > len(first_frame):
        return None
    has_frames, has_bytes = first_frame[at + 7] & 1, first_frame[at + 7] & 2
    field = at + 8 + (4 if has_frames else 0)
    return int.from_bytes(first_frame[field : field + 4], "big") if has_bytes else None


def mp3_frame_bytes(header: bytes) -> int:
    """Length of the MPEG audio frame (layers I to III) that starts with these 4 bytes, 0 if they are no header."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer_bits = header[1] >> 3 & 3, header[1] >> 1 & 3
    bitrate_index, rate_index, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version == 1 or layer_bits == 0 or bitrate_index in {0, 15} or rate_index == 3:
        return 0
    is_mpeg1, layer = version == 3, 4 - layer_bits
    bits_per_second = 1000 * _KBITS[is_mpeg1, layer][bitrate_index]
    sample_rate = _RATES_HZ[rate_index] // {3: 1, 2: 2, 0: 4}[version]
    if layer == 1:
        return (12 * bits_per_second // sample_rate + padding) * 4
    samples = 1152 if is_mpeg1 or layer == 2 else 576
    return samples // 8 * bits_per_second // sample_rate + padding


def adts_frame_bytes(header: bytes) -> int:
    """Length of the ADTS frame that starts with these 7 bytes, 0 if they are no header."""
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or header[2] >> 2 & 15 > 12:
        return 0
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return length if length > 7 else 0
