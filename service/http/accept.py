"""Which format the caller gets: the one named in the query, or what the Accept header likes best (RFC 9110, 12.5.1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from service.errors import NotAcceptable
from service.formats.catalogue import FORMATS, Format, FormatName
from service.http.header_value import items, parameters

_TYPE = re.compile(r"(\*/\*|[\w!#$%&'+.^`|~-]+/(?:\*|[\w!#$%&'+.^`|~-]+))", re.ASCII)
_QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
_EVERY_FORMAT_HAS = {"charset": "utf-8"}


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


def choose_format(format: FormatName | None, accept: str | None) -> Format:  # noqa: A002 - the parameter's name
    """`format` wins; of what the header likes equally, what it names most exactly, then the first of the catalogue.

    A header that cannot be understood takes everything. Raises NotAcceptable."""
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


def _liking(form: Format, ranges: list[_Range]) -> tuple[float, int]:
    """Quality and specificity of the most specific range that fits; of several alike, the best."""
    fitting = [(one.specificity, one.quality) for one in ranges if one.fits(form)]
    specificity, quality = max(fitting, default=(0, 0.0))
    return quality, specificity


def _ranges(accept: str) -> list[_Range]:
    try:
        return [_range(item) for item in items(accept, ",") if item] or _EVERYTHING
    except ValueError:
        return _EVERYTHING


def _range(item: str) -> _Range:
    media_type, found = parameters(item)
    names = list(found)
    quality = found.get("q", "1")
    if not _TYPE.fullmatch(media_type) or not _QUALITY.fullmatch(quality):
        raise ValueError("not a media range")
    before_quality = names[: names.index("q")] if "q" in names else names
    return _Range(media_type, {name: found[name].lower() for name in before_quality}, float(quality))


_EVERYTHING = [_Range("*/*", {}, 1.0)]
