"""JSON: the whole answer as one object."""

import json
from typing import Any, Final

from service.formats.caption import REPLACED_SURROGATES
from service.formats.document import View, document
from service.types import Report

# Legal inside of a JSON string, but many line readers end a line there, which would cut a line of NDJSON in two.
_UNSAFE: Final = {**REPLACED_SURROGATES, 0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def dump(value: Any) -> str:
    """The value as JSON on one line, readable as it is and safe to encode as UTF-8."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False).translate(_UNSAFE)


def layout(answer: dict[str, Any]) -> str:
    """One line per member, and one per item of a list: a person can read it, and it is hardly longer than one line."""
    members = [
        f"  {dump(key)}: {_items(value) if isinstance(value, list) else dump(value)}" for key, value in answer.items()
    ]
    return "{\n" + ",\n".join(members) + "\n}\n"


def write(report: Report, _name: str, view: View) -> str:
    return layout(document(report, view))


def _items(values: list[Any]) -> str:
    return "[\n" + ",\n".join(f"    {dump(value)}" for value in values) + "\n  ]" if values else "[]"
