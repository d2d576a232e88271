"""models/cascade.json: which model is the gate, and who listens next to what it found. Data, not code."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from service.errors import BrokenCascade, NoModels
from service.inference.manifest import Label, Manifest, Name, explain, parse_reference
from service.inference.store import HOW_TO_GET
from service.outcomes import Decisions, Outcome, Outcomes, combinations

FILE = "cascade.json"
MAX_GATE_LABELS = 6
"""Independent labels double the number of outcomes each; 64 is plenty."""
RESERVED = frozenset(
    (
        *("id", "audio", "peaks", "models", "label", "shares", "gate", "tags", "joint", "segments", "steps", "chunks"),
        *("chunk", "start", "end", "file", "error"),
    )
)
"""Keys of the answer that a branch cannot be called by."""


class Route(BaseModel):
    """Chunks whose gate labels are as `when` says are called `label`, and `model` (if any) hears them next."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: Label
    when: dict[str, bool] = Field(default_factory=dict)
    model: str | None = None
    branch: Name | None = None
    """The branch's key in the answer; the model's name where none is given."""

    @property
    def branch_name(self) -> str | None:
        return self.branch or (parse_reference(self.model)[0] if self.model else None)

    def matches(self, truth: dict[str, bool]) -> bool:
        return all(truth[label] is holds for label, holds in self.when.items())


class CascadeSpec(BaseModel):
    """The first route that matches is taken."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = 1
    gate: str
    chunk_seconds: float = Field(default=3.0, ge=0.5, le=30.0)
    routes: tuple[Route, ...] = Field(min_length=1)
    tags: str | None = None
    """A sigmoid model that hears every chunk that is not silent, whatever the gate says of it."""

    @property
    def places(self) -> dict[str, str]:
        """What the answer calls each model -> its reference, in the order of the answer."""
        return {"gate": self.gate, **self.branches, **({"tags": self.tags} if self.tags else {})}

    @property
    def branches(self) -> dict[str, str]:
        """Branch name -> model reference, in the order of the routes."""
        return {route.branch_name: route.model for route in self.routes if route.branch_name and route.model}

    @model_validator(mode="after")
    def _branches_are_distinct(self) -> Self:
        for route in self.routes:
            if route.branch and not route.model:
                raise ValueError(f"branch {route.branch!r} names no model")
            if route.branch_name in RESERVED:
                raise ValueError(f"a branch cannot be called {route.branch_name!r}: the answer uses that key")
            if route.branch_name and self.branches[route.branch_name] != route.model:
                raise ValueError(f"branch {route.branch_name!r} stands for two models")
        return self

    def outcomes(self, gate: Manifest) -> Outcomes:
        """Every combination of the gate's labels with the route it takes. Raises BrokenCascade if one has none."""
        exclusive = gate.activation == "softmax"
        if not exclusive and len(gate.labels) > MAX_GATE_LABELS:
            raise BrokenCascade(f"A sigmoid gate may have {MAX_GATE_LABELS} labels; this one has {len(gate.labels)}.")
        strangers = {label for route in self.routes for label in route.when} - set(gate.labels)
        if strangers:
            raise BrokenCascade(f"{FILE} asks the gate for {sorted(strangers)}; its labels are {list(gate.labels)}.")
        return Outcomes(
            outcomes=tuple(
                self._outcome(truth, exclusive=exclusive) for truth in combinations(gate.labels, exclusive=exclusive)
            ),
            thresholds={label: gate.threshold(label) for label in gate.labels},
            exclusive=exclusive,
        )

    def decisions(self, manifests: Mapping[str, Manifest]) -> Decisions:
        """`manifests` of all `places`, or of all but the tagger. Raises BrokenCascade if they do not fit."""
        gate, tagger = manifests["gate"], manifests.get("tags")
        for name in self.branches:
            self._check_branch(name, manifests[name])
        if tagger:
            self._check_tags(tagger)
        return Decisions(
            outcomes=self.outcomes(gate),
            chunk_seconds=self.chunk_seconds,
            other_below={place: one.other_below for place, one in manifests.items() if one.other_below is not None},
            tag_thresholds={label: tagger.threshold(label) for label in tagger.labels} if tagger else None,
            step_seconds=gate.chunk_seconds / gate.steps if gate.steps else None,
        )

    def _check_tags(self, tagger: Manifest) -> None:
        """Raises BrokenCascade if these are no tags."""
        if tagger.activation != "sigmoid" or tagger.steps is not None:
            raise BrokenCascade(
                f"{FILE} takes its tags from {tagger.reference}, which should be a sigmoid model that speaks per chunk."
            )

    def _check_branch(self, name: str, branch: Manifest) -> None:
        """Raises BrokenCascade if it does not speak per chunk."""
        if branch.steps is not None:
            raise BrokenCascade(f"{branch.reference} speaks in steps; the branch {name!r} of {FILE} speaks per chunk.")

    def _outcome(self, truth: dict[str, bool], *, exclusive: bool) -> Outcome:
        """Named by its route, and by the labels that hold besides: speech over music is `music+speech`."""
        for route in self.routes:
            if route.matches(truth):
                besides = [label for label, holds in truth.items() if holds and label not in route.when]
                label = "+".join([route.label, *([] if exclusive else besides)])
                return Outcome(label, route.label, route.branch_name, truth)
        raise BrokenCascade(f"No route of {FILE} matches {truth}. A last route without `when` catches all.")


def read_cascade(folder: Path) -> CascadeSpec:
    try:
        text = (folder / FILE).read_bytes()
    except OSError:
        raise NoModels(f"The models folder has no {FILE}, or does not exist. {HOW_TO_GET}") from None
    try:
        return CascadeSpec.model_validate_json(text)
    except ValidationError as error:
        raise BrokenCascade(f"{FILE} is not valid: {explain(error)}.") from None
