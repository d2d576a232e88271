"""The problems of a route, as OpenAPI describes them."""

from http import HTTPStatus
from typing import Any


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For `responses=`. 500 may always happen."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content} for status in sorted({*statuses, 500})
    }
