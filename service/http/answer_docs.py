"""An answer in each of its forms, as OpenAPI describes it."""

from typing import Any

from service.formats.catalogue import FORMATS


def answer_in_every_form(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    """For `responses=`, of status 200; `schema` is that of the JSON."""
    others = [form.media_type.split(";")[0] for form in FORMATS.values() if form.name != "json"]
    return {
        "description": description,
        "content": {
            "application/json": {"schema": schema},
            **{media_type: {"schema": {"type": "string"}} for media_type in others},
        },
    }
