"""A segment's label and a sound's name as text that fits on one line of a file."""

import re
from typing import Final

from service.types import Segment

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

# File names may hold bytes that are no text; Python keeps them as lone surrogates, which no UTF-8 file can hold.
REPLACED_SURROGATES: Final = dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}")


def encodable(text: str) -> str:
    """The text with whatever UTF-8 cannot encode replaced by U+FFFD."""
    return text.translate(REPLACED_SURROGATES)


def one_line(text: str) -> str:
    """The text with each run of control characters and line ends replaced by one space."""
    return _CONTROLS.sub(" ", encodable(text))


def caption(segment: Segment) -> str:
    """`music/metal`, or `music` alone where no branch listened."""
    return one_line(segment.label if segment.detail is None else f"{segment.label}/{segment.detail}")
