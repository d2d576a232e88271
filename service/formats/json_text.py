"""JSON: the whole answer as one object."""

import json
from collections.abc import Mapping
from typing import Any, Final

from service.formats.caption import REPLACED_SURROGATES
from service.formats.document import View, document
from service.types import Report

# Legal inside of a JSON string, but many line readers end a line there, which would cut a line of NDJSON in two.
_UNSAFE: Final = {**REPLACED_SURROGATES, 0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}

_BIT = 10_000
"""Numbers that are written in some milliseconds."""


def dump(value: Any) -> str:
    """The value as JSON on one line, readable as it is and safe to encode as UTF-8."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False).translate(_UNSAFE)


def object_line(members: Mapping[str, Any]) -> str:
    """The same as `dump`, but long lists are written bit by bit: other threads have to wait for each bit."""
    parts = [f"{dump(key)}: {_value(value)}" for key, value in members.items()]
    return "{" + ", ".join(parts) + "}"


def layout(answer: Mapping[str, Any]) -> str:
    """One line per member, and one per item of a list: a person can read it, and it is hardly longer than one line."""
    members = [f"  {dump(key)}: {_member(value)}" for key, value in answer.items()]
    return "{\n" + ",\n".join(members) + "\n}\n"


def write(report: Report, _name: str, view: View) -> str:
    return layout(document(report, view))


def _member(value: Any) -> str:
    if isinstance(value, list):
        return _items(value)
    return object_line(value) if isinstance(value, dict) else dump(value)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return _row(value)
    return object_line(value) if _has_long_list(value) else dump(value)


def _has_long_list(value: Any) -> bool:
    """Whether an object has one, also within an object of it."""
    return isinstance(value, dict) and any(
        len(member) > _BIT if isinstance(member, list) else _has_long_list(member) for member in value.values()
    )


def _row(values: list[Any]) -> str:
    bits = [dump(values[first : first + _BIT])[1:-1] for first in range(0, len(values), _BIT)]
    return f"[{', '.join(bits)}]"


def _items(values: list[Any]) -> str:
    return "[\n" + ",\n".join(f"    {dump(value)}" for value in values) + "\n  ]" if values else "[]"
