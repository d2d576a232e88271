"""What does not fit about the parameters of a request, in sentences."""

from collections.abc import Iterator
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.types import Scope

from service.formats.caption import one_line

_LONGEST_VALUE = 40


def wrong_parameters(error: RequestValidationError, scope: Scope) -> str:
    """A sentence for each: what was given, and what would fit."""
    return " ".join(_sentence(item, scope) for item in error.errors())


def _sentence(item: dict[str, Any], scope: Scope) -> str:
    where, *rest = item["loc"]
    name = _short(".".join(map(str, rest))) or str(where)
    match item["type"]:
        case "extra_forbidden":
            return f"There is no parameter {name}; there are: {', '.join(_known(scope)) or 'none'}."
        case "missing":
            return f"{name} is missing."
    message = item["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{name} is {_short(str(item['input']))!r}: {message[:1].lower()}{message[1:]}."


def _known(scope: Scope) -> Iterator[str]:
    """The query parameters of the route."""
    for field in scope["route"].dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from kind.model_fields
        else:
            yield field.alias


def _short(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
