"""A form (multipart/form-data, RFC 7578) becomes files, piece by piece."""

from collections.abc import Mapping
from dataclasses import dataclass

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser

from service.errors import EarmarkError, MalformedRequest, UnsuitableParts
from service.http.settings import ServerSettings
from service.http.upload.disposition import Disposition, read_disposition
from service.http.upload.file_name import clean_file_name
from service.http.upload.nameless_file import NamelessFile
from service.http.upload.part_head import MAX_LINES, PartHead
from service.http.upload.store import UploadStore

PIECE_BYTES = 64 * 1024
"""Most that is parsed in one go; what is made to be slow takes some 10 ms."""
FIELD = "file"
_AS_THEY_ARE = {b"binary", b"7bit", b"8bit"}
_A_GOOD_FORM = "`curl -F file=@song.mp3` makes one that fits"


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    file: NamelessFile
    problem: EarmarkError | None


class Form:
    """Raises MalformedRequest or UnsuitableParts as soon as that can be told."""

    def __init__(self, boundary: bytes, settings: ServerSettings, store: UploadStore) -> None:
        self._settings = settings
        self._store = store
        self._read_bytes = 0
        self._ended = False
        self._parts: list[Part] = []
        self._head = PartHead(settings.max_header_bytes)
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_field": self._add_to_name,
                "on_header_value": self._add_to_value,
                "on_header_end": self._end_line,
                "on_headers_finished": self._end_head,
                "on_part_data": self._add,
                "on_end": self._end,
            },
            # PartHead counts exactly; these bound the time that is spent on blanks, of which it does not hear.
            max_header_count=MAX_LINES + 1,
            max_header_size=settings.max_header_bytes + PIECE_BYTES,
        )

    def feed(self, piece: bytes) -> None:
        """At most PIECE_BYTES at once."""
        try:
            self._parser.write(piece)
        except MultipartParseError as error:
            raise MalformedRequest(
                f"The form is not well formed at byte {self._read_bytes + max(0, error.offset)} of the body; "
                f"{_A_GOOD_FORM}."
            ) from None
        self._read_bytes += len(piece)

    def finish(self) -> list[Part]:
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
        self._head = PartHead(self._settings.max_header_bytes)

    def _add_to_name(self, data: bytes, start: int, end: int) -> None:
        self._head.add_to_name(memoryview(data)[start:end])

    def _add_to_value(self, data: bytes, start: int, end: int) -> None:
        self._head.add_to_value(memoryview(data)[start:end])

    def _end_line(self) -> None:
        self._head.end_line()

    def _end_head(self) -> None:
        disposition = _disposition(self._head.lines)
        if disposition.field != FIELD:
            named = "no name" if disposition.field is None else f"the name {disposition.field!r:.40}"
            raise UnsuitableParts(
                f"A part of the form has {named}; only `{FIELD}` is known. "
                "Options belong to the address, as in /v1/classify?hop_seconds=1."
            )
        name = clean_file_name(disposition.file_name)
        self._parts.append(Part(name, self._store.new_file(), _encoding_problem(self._head.lines)))

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
