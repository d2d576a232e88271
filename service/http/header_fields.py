"""Header fields with lists and parameters, such as `form-data; name="file"` (RFC 9110, 5.6).

Accept chooses the format of an answer, and Content-Disposition names a file that is sent.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import unquote_to_bytes

from service.errors import NotAcceptable
from service.formats.caption import one_line
from service.formats.catalogue import FORMATS, Format, FormatName

UNNAMED = "upload"
"""What a sound without a name is called."""
_MAX_LENGTH = 255
"""Characters; no file system takes more."""

_TYPE = re.compile(r"(\*/\*|[\w!#$%&'+.^`|~-]+/(?:\*|[\w!#$%&'+.^`|~-]+))", re.ASCII)
_QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
_EVERY_FORMAT_HAS = {"charset": "utf-8"}
_EXTENDED = re.compile(r"(utf-8|iso-8859-1|us-ascii)'[^']*'(.*)", re.IGNORECASE | re.DOTALL)
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_ITEM: Final = {separator: re.compile(rf'(?:[^"{separator}]|{_QUOTED})*', re.DOTALL) for separator in (",", ";")}
_ESCAPED = re.compile(r'\\(["\\])')


def choose_format(format: FormatName | None, accept: str | None) -> Format:  # noqa: A002 - the parameter's name
    """The format that the query names, or what the Accept header likes best (RFC 9110, 12.5.1).

    Of formats that it likes equally, the one that it names most exactly wins, then the first of the catalogue. An
    invalid header accepts everything. Raises NotAcceptable."""
    if format is not None:
        return FORMATS[format]
    ranges = _ranges(accept or "*/*")
    liked = [(*_liking(form, ranges), -place, form.name) for place, form in enumerate(FORMATS.values())]
    quality, _, _, name = max(liked)
    if not quality:
        names = ", ".join(f"{form.media_type.partition(';')[0]} (format={form.name})" for form in FORMATS.values())
        raise NotAcceptable(
            f"Accept is {accept!r:.80}, but the answer can be written as: {names}. "
            "Accept one of these, leave the header out, or name a format in the query, as in ?format=csv."
        )
    return FORMATS[name]


@dataclass(frozen=True, slots=True)
class _Range:
    media_type: str
    """`audio/mp3`, `audio/*` or `*/*`."""
    parameters: Mapping[str, str]
    quality: float
    """0 (never) to 1."""

    @property
    def specificity(self) -> int:
        if self.media_type == "*/*":
            return 0
        return 1 if self.media_type.endswith("/*") else 2 + len(self.parameters)

    def fits(self, form: Format) -> bool:
        media_type = form.media_type.partition(";")[0]
        return (
            self.media_type in {media_type, media_type.partition("/")[0] + "/*", "*/*"}
            and self.parameters.items() <= _EVERY_FORMAT_HAS.items()
        )


_EVERYTHING = [_Range("*/*", {}, 1.0)]


def _liking(form: Format, ranges: list[_Range]) -> tuple[float, int]:
    """Quality and specificity of the most specific range that fits; of several alike, the best."""
    fitting = [(one.specificity, one.quality) for one in ranges if one.fits(form)]
    specificity, quality = max(fitting, default=(0, 0.0))
    return quality, specificity


def _ranges(accept: str) -> list[_Range]:
    try:
        return [_range(item) for item in split_list(accept, ",") if item] or _EVERYTHING
    except ValueError:
        return _EVERYTHING


def _range(item: str) -> _Range:
    media_type, found = split_parameters(item)
    names = list(found)
    quality = found.get("q", "1")
    if not _TYPE.fullmatch(media_type) or not _QUALITY.fullmatch(quality):
        raise ValueError("not a media range")
    before_quality = names[: names.index("q")] if "q" in names else names
    return _Range(media_type, {name: found[name].lower() for name in before_quality}, float(quality))


@dataclass(frozen=True, slots=True)
class Disposition:
    kind: str
    """`form-data`, `attachment` ..."""
    field: str | None
    file_name: str | None


def read_disposition(value: bytes) -> Disposition:
    """Reads the field of a part of a form, or of a request whose body is the file.

    Names are read as UTF-8, invalid bytes replaced; `filename*` (RFC 8187) wins. Raises ValueError."""
    kind, found = split_parameters(value.decode(errors="replace"))
    file_name = found.get("filename")
    if extended := _EXTENDED.fullmatch(found.get("filename*", "")):
        file_name = unquote_to_bytes(extended[2]).decode(extended[1], errors="replace")
    return Disposition(kind, found.get("name"), file_name)


def clean_file_name(name: str | None) -> str:
    """The last part of a path with either slash, on one line; `upload` if nothing is left.

    Answers show it. It comes from the client, so it never touches the disk, nor a log."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    cleaned = one_line(last).strip()[:_MAX_LENGTH].rstrip()
    return UNNAMED if cleaned in {"", ".", ".."} else cleaned


def split_list(value: str, separator: Literal[",", ";"]) -> list[str]:
    """The items between separators; a separator in quotes is part of its item.

    Raises ValueError if a quote is not closed."""
    found = []
    at = 0
    while True:
        item = _ITEM[separator].match(value, at)
        assert item  # an empty one, at least
        found.append(item[0].strip(" \t"))
        if item.end() == len(value):
            return found
        if value[item.end()] != separator:
            raise ValueError("a quote is not closed")
        at = item.end() + 1


def split_parameters(value: str) -> tuple[str, dict[str, str]]:
    """The part before the first semicolon, in lower case, and the parameters after it, without their quotes.

    Raises ValueError if a parameter has no `=`, or is there twice."""
    first, *rest = split_list(value, ";")
    found: dict[str, str] = {}
    for item in filter(None, rest):
        name, equals, text = item.partition("=")
        name = name.strip(" \t").lower()
        if not equals or not name or name in found:
            raise ValueError("a parameter is incomplete, or there twice")
        found[name] = _unquoted(text.strip(" \t"))
    return first.lower(), found


def _unquoted(text: str) -> str:
    """Other backslashes stay: some clients send the path of a Windows file."""
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return _ESCAPED.sub(r"\1", text[1:-1])
    return text
