"""Chunks and segments as the answer has them, made by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

GATE = ["music", "speech"]


def chunk(
    start: float, end: float, music: float | None, speech: float = 0.0, **branches: Mapping[str, float] | None
) -> dict[str, Any]:
    """Silent without a probability of music. Branches that are not named did not hear it."""
    gate = None if music is None else {"music": music, "speech": speech}
    return {"start": start, "end": end, "gate": gate, "genre": None, "scene": None, **branches}


def steady(duration: float, hop: float = 3.0, length: float = 3.0, **scores: Any) -> list[dict[str, Any]]:
    """Chunks that all sound the same."""
    count = round(duration / hop)
    scores = {"music": 0.9, "speech": 0.1} | scores
    return [chunk(i * hop, min(i * hop + length, duration), **scores) for i in range(count)]


def segments(*parts: tuple[float, str], start: float = 0.0, details: Sequence[str | None] = ()) -> list[dict[str, Any]]:
    """Each part is where it ends, and its label."""
    found = []
    for index, (end, label) in enumerate(parts):
        detail = details[index] if index < len(details) else None
        found.append({"start": start, "end": end, "label": label, "detail": detail, "probability": 0.9})
        start = end
    return found
