"""The head of one part of a form: its header lines, as they come in pieces."""

from collections.abc import Mapping

from service.errors import MalformedRequest

MAX_LINES = 32
"""Browsers and libraries send two or three."""
_AROUND = len(b": \r\n")


class PartHead:
    """Raises MalformedRequest for more bytes or lines than fit, and for a header that is there twice."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._name = bytearray()
        self._value = bytearray()
        self._lines: dict[str, bytes] = {}

    @property
    def lines(self) -> Mapping[str, bytes]:
        """By names in lower case."""
        return self._lines

    def add_to_name(self, data: memoryview) -> None:
        self._count(len(data))
        self._name += data

    def add_to_value(self, data: memoryview) -> None:
        self._count(len(data))
        self._value += data

    def end_line(self) -> None:
        self._count(_AROUND)
        name = self._name.decode("ascii").lower()
        if name in self._lines:
            raise MalformedRequest(f"A part of the form has the header {name!r:.40} twice.")
        if len(self._lines) == MAX_LINES:
            raise MalformedRequest(f"A part of the form has more than {MAX_LINES} headers; two or three are usual.")
        self._lines[name] = bytes(self._value)
        self._name.clear()
        self._value.clear()

    def _count(self, count: int) -> None:
        self._bytes += count
        if self._bytes > self._max_bytes:
            raise MalformedRequest(
                f"A part of the form has {self._bytes} bytes of headers or more; "
                f"at most {self._max_bytes} are accepted."
            )
