"""Values of header fields with lists and parameters, such as `form-data; name="file"` (RFC 9110, 5.6)."""

import re
from typing import Final, Literal

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_ITEM: Final = {separator: re.compile(rf'(?:[^"{separator}]|{_QUOTED})*', re.DOTALL) for separator in (",", ";")}
_ESCAPED = re.compile(r'\\(["\\])')


def items(value: str, separator: Literal[",", ";"]) -> list[str]:
    """What stands between separators, but for those in quotes. Raises ValueError if a quote is not closed."""
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


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """What comes before the first semicolon, in lower case, and the parameters behind it, without their quotes.

    Raises ValueError if a parameter has no `=`, or is there twice."""
    first, *rest = items(value, ";")
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
