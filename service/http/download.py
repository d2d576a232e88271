"""A whole answer as a response, and what a browser calls it when it saves it (RFC 6266)."""

import re
from urllib.parse import quote

from starlette.responses import Response

from service.formats.catalogue import Format
from service.http.upload.file_name import UNNAMED, clean_file_name

_SHOWN_BY_BROWSERS = ("json", "ndjson")
_MAX_STEM_LENGTH = 60
"""Characters, of four bytes each at most: file systems take names of 255 bytes, and browsers may add a number."""
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 ._()+-]")
_RFC_5987_ALSO_TAKES = "!#$&+-.^_`|~"


def download(text: str | bytes, form: Format, name: str) -> Response:
    """`name` is that of the sound."""
    disposition = content_disposition(form, name)
    headers = {"Content-Disposition": disposition} if disposition else {}
    return Response(text, media_type=form.media_type, headers=headers)


def content_disposition(form: Format, name: str) -> str | None:
    """A header value, in ASCII, that names the download after the sound; None for what is read rather than saved."""
    if form.name in _SHOWN_BY_BROWSERS:
        return None
    stem = clean_file_name(name).lstrip(".")  # a download that is hidden would be a surprise
    stem = (stem.rpartition(".")[0] or stem)[:_MAX_STEM_LENGTH].rstrip(" .") or UNNAMED
    file_name = f"{stem}.{form.extension}"
    plain = _NOT_PLAIN.sub("_", file_name)
    value = f'attachment; filename="{plain}"'
    if plain != file_name:
        value += f"; filename*=UTF-8''{quote(file_name, safe=_RFC_5987_ALSO_TAKES)}"
    return value
