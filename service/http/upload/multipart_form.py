"""A form (multipart/form-data, RFC 7578) becomes files, while it arrives."""

from collections.abc import Mapping
from dataclasses import dataclass

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser

from service.errors import EarmarkError, MalformedRequest, UnsuitableParts
from service.http.header_fields import Disposition, clean_file_name, read_disposition
from service.http.server_settings import ServerSettings
from service.http.upload.upload_store import UnnamedFile, UploadStore

PIECE_BYTES = 64 * 1024
"""Most that is parsed in one go; a form that is built to be slow takes some 10 ms."""
FIELD = "file"
_MAX_LINES = 32
"""Most header lines of a part; browsers and libraries send two or three."""
_AROUND = len(b": \r\n")
_AS_THEY_ARE = {b"binary", b"7bit", b"8bit"}
_A_GOOD_FORM = "`curl -F file=@song.mp3` makes one that fits"


@dataclass(frozen=True, slots=True)
class FormPart:
    name: str
    file: UnnamedFile
    problem: EarmarkError | None


class MultipartForm:
    """Raises MalformedRequest or UnsuitableParts at the first byte that shows it."""

    def __init__(self, boundary: bytes, settings: ServerSettings, store: UploadStore) -> None:
        self._settings = settings
        self._store = store
        self._read_bytes = 0
        self._ended = False
        self._parts: list[FormPart] = []
        self._headers = _PartHeaders(settings.max_header_bytes)
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_field": self._add_to_name,
                "on_header_value": self._add_to_value,
                "on_header_end": self._end_line,
                "on_headers_finished": self._end_headers,
                "on_part_data": self._add,
                "on_end": self._end,
            },
            # _PartHeaders counts exactly; these bound the time spent on blanks, which the parser does not pass on.
            max_header_count=_MAX_LINES + 1,
            max_header_size=settings.max_header_bytes + PIECE_BYTES,
        )

    def feed(self, data: bytes) -> None:
        """At most PIECE_BYTES at once."""
        try:
            self._parser.write(data)
        except MultipartParseError as error:
            raise MalformedRequest(
                f"The form is not well formed at byte {self._read_bytes + max(0, error.offset)} of the body; "
                f"{_A_GOOD_FORM}."
            ) from None
        self._read_bytes += len(data)

    def finish(self) -> list[FormPart]:
        if not self._ended:
            raise MalformedRequest(
                f"The form ends after {self._read_bytes} bytes without its closing boundary; {_A_GOOD_FORM}."
            )
        if not self._parts:
            raise UnsuitableParts(f"The form is empty; it needs a part named `{FIELD}`: {_A_GOOD_FORM}.")
        return self._parts

    def _begin_part(self) -> None:
        most = self._settings.max_files
        if len(self._parts) == most:
            raise UnsuitableParts(
                f"The form has more than {most} parts, the most of one request. Send several requests."
            )
        self._headers = _PartHeaders(self._settings.max_header_bytes)

    def _add_to_name(self, data: bytes, start: int, end: int) -> None:
        self._headers.add_to_name(memoryview(data)[start:end])

    def _add_to_value(self, data: bytes, start: int, end: int) -> None:
        self._headers.add_to_value(memoryview(data)[start:end])

    def _end_line(self) -> None:
        self._headers.end_line()

    def _end_headers(self) -> None:
        disposition = _disposition(self._headers.lines)
        if disposition.field != FIELD:
            named = "no name" if disposition.field is None else f"the name {disposition.field!r:.40}"
            raise UnsuitableParts(
                f"A part of the form has {named}; only `{FIELD}` is known. "
                "Options belong to the address, as in /v1/classify?hop_seconds=1."
            )
        name = clean_file_name(disposition.file_name)
        self._parts.append(FormPart(name, self._store.new_file(), _encoding_problem(self._headers.lines)))

    def _add(self, data: bytes, start: int, end: int) -> None:
        part = self._parts[-1]
        if not part.problem:
            self._store.add(part.file, memoryview(data)[start:end])

    def _end(self) -> None:
        self._ended = True


def _disposition(lines: Mapping[str, bytes]) -> Disposition:
    value = lines.get("content-disposition")
    try:
        disposition = read_disposition(value or b"")
    except ValueError:
        disposition = None
    if disposition is None or disposition.kind != "form-data":
        said = "no Content-Disposition" if value is None else f"the Content-Disposition {_shown(value)}"
        raise MalformedRequest(
            f'A part of the form has {said}; it must be like: form-data; name="{FIELD}"; filename="song.mp3".'
        )
    return disposition


def _encoding_problem(lines: Mapping[str, bytes]) -> MalformedRequest | None:
    value = lines.get("content-transfer-encoding", b"binary")
    if value.strip().lower() in _AS_THEY_ARE:
        return None
    return MalformedRequest(
        f"The part has the Content-Transfer-Encoding {_shown(value)}; only binary, 7bit and 8bit are read. "
        "Send the file as it is."
    )


def _shown(value: bytes) -> str:
    return f"{value.decode(errors='replace')!r:.80}"


class _PartHeaders:
    """The header lines of one part, as they arrive in pieces.

    Raises MalformedRequest for too many bytes or lines, and for a header that is there twice."""

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
        if len(self._lines) == _MAX_LINES:
            raise MalformedRequest(f"A part of the form has more than {_MAX_LINES} headers; two or three are usual.")
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
