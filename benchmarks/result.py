"""One measured number, and what it must reach."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Result:
    """`value` in `unit`; a result without a target is told for information."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def target(self) -> str:
        if self.at_most is not None:
            return f"<= {self.at_most:g} {self.unit}"
        return f">= {self.at_least:g} {self.unit}" if self.at_least is not None else ""

    @property
    def missed(self) -> bool:
        too_high = self.at_most is not None and self.value > self.at_most
        too_low = self.at_least is not None and self.value < self.at_least
        return too_high or too_low

    @property
    def verdict(self) -> str:
        if not self.target:
            return ""
        return "MISSED" if self.missed else "ok"

    @property
    def row(self) -> tuple[str, ...]:
        return self.name, f"{self.value:.2f} {self.unit}", self.target, self.verdict


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one benchmark found: results against targets, and everything that they were worked out from."""

    results: list[Result]
    raw: dict[str, Any] = field(default_factory=dict)
    details: str = ""
    """A table of its own, for people."""


Benchmark = Callable[[Workspace], Measurement]
