"""The header Content-Disposition: of a part of a form, or of a request whose body is the file."""

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from service.http.header_value import parameters

_EXTENDED = re.compile(r"(utf-8|iso-8859-1|us-ascii)'[^']*'(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Disposition:
    kind: str
    """`form-data`, `attachment` ..."""
    field: str | None
    file_name: str | None


def read_disposition(value: bytes) -> Disposition:
    """Names are read as UTF-8, wrong bytes replaced; `filename*` (RFC 8187) wins. Raises ValueError."""
    kind, found = parameters(value.decode(errors="replace"))
    file_name = found.get("filename")
    if extended := _EXTENDED.fullmatch(found.get("filename*", "")):
        file_name = unquote_to_bytes(extended[2]).decode(extended[1], errors="replace")
    return Disposition(kind, found.get("name"), file_name)
