"""Answers made by hand, played to the page in place of the service's: every number in them is known."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Route

STEP_SECONDS = 0.157895
AUDIO = {"container": "wav", "codec": "pcm_16", "sample_rate": 16_000, "channels": 1, "silence_ratio": 0.0}
AUDIO |= {"clipping_ratio": 0.0, "warnings": []}
MODELS = {name: f"{name}@2.0.0" for name in ("gate", "genre", "scene")}
GENRES = {"rock": 0.61, "jazz": 0.1, "other": 0.29}
SCENES = {"train": 0.3, "rain": 0.2, "other": 0.5}


def tags(**probabilities: float) -> list[dict[str, Any]]:
    return [{"label": label, "probability": value} for label, value in probabilities.items()]


def steps(values: Sequence[float | None], start: float = 0.0, speech: float = 0.02) -> dict[str, Any]:
    """Of music, step by step; None is silent."""
    speeches = [None if value is None else speech for value in values]
    return {
        "start": round(start, 3),
        "step_seconds": STEP_SECONDS,
        "probabilities": {"music": list(values), "speech": speeches},
    }


def report(
    label: str, shares: Mapping[str, float], segments: Sequence[Mapping[str, Any]], **more: Any
) -> dict[str, Any]:
    """`more` takes the place of what is there, or is added, such as `tags`."""
    return {
        "id": "0123456789abcdef0123456789abcdef",
        "audio": AUDIO | {"duration_seconds": segments[-1]["end"]},
        "models": MODELS | ({"tags": "tags@2.0.0"} if "tags" in more else {}),
        "label": label,
        "shares": dict(shares),
        "gate": {"music": 0.7, "speech": 0.2},
        "genre": {"seconds": 6.0, "probabilities": GENRES},
        "scene": {"seconds": 3.0, "probabilities": SCENES},
        "joint": [{"label": f"{route}/other", "probability": 0.2} for route in ("music", "music+speech", "scene")]
        + [{"label": "speech", "probability": 0.4}],
        "segments": list(segments),
        **more,
    }


@dataclass
class Played:
    """What the page hears, and what it asks for."""

    report: Mapping[str, Any]
    chunks: Sequence[Mapping[str, Any]] = ()
    steps: Sequence[Mapping[str, Any]] = ()
    """A part for each chunk, and perhaps one for the report."""
    asked: list[dict[str, str]] = field(default_factory=list)
    """The query of each request to hear the sound."""
    again: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    """Query and body of each request for the answer anew."""

    @property
    def lines(self) -> str:
        """NDJSON."""
        entries: list[dict[str, Any]] = [{"file": "a.wav", "chunk": chunk, "peaks": []} for chunk in self.chunks]
        entries.append({"file": "a.wav", **self.report, "peaks": []})
        for entry, part in zip(entries, self.steps, strict=False):
            entry["steps"] = part
        return "".join(json.dumps(entry) + "\n" for entry in entries)

    def play(self, page: Page) -> None:
        """From now on, in place of the service."""
        page.route("**/v1/classify*", self._hear)
        page.route("**/v1/answer*", self._answer)

    def _hear(self, route: Route) -> None:
        self.asked.append(_query(route))
        route.fulfill(status=200, content_type="application/x-ndjson", body=self.lines)

    def _answer(self, route: Route) -> None:
        self.again.append((_query(route), json.loads(route.request.post_data or "")))
        route.fulfill(status=200, content_type="application/json", body=json.dumps(self.report))


def _query(route: Route) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(route.request.url).query).items()}
