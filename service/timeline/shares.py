"""What holds for how long, by the segments: the shares of the time, and the label that follows from them."""

from collections.abc import Mapping, Sequence

from service.outcomes import Decisions, Outcomes
from service.timeline.runs import Run
from service.types import SILENCE, BranchAverage, Segment

BOTH, NEITHER, SILENT = "both", "neither", "silent"


def shares(runs: Sequence[Run], outcomes: Outcomes) -> dict[str, float]:
    """Parts of the time, in [0, 1]: for each gate label the time that it holds, then `both` (of a gate with two
    independent labels), `neither` and `silent`. Of nothing at all, everything is silent."""
    seconds = _state_seconds(runs, outcomes)
    total = sum(seconds)
    if not total:
        seconds, total = [*seconds[:-1], 1.0], 1.0

    def part(held: Sequence[bool]) -> float:
        return min(1.0, sum(time for time, holds in zip(seconds, held, strict=False) if holds) / total)

    truths = [outcome.truth for outcome in outcomes.outcomes]
    found = {label: part([truth[label] for truth in truths]) for label in outcomes.labels}
    if len(outcomes.labels) == 2 and not outcomes.exclusive:
        found[BOTH] = part([all(truth.values()) for truth in truths])
    found[NEITHER] = part([not any(truth.values()) for truth in truths])
    found[SILENT] = seconds[-1] / total
    return found


def overall_label(
    runs: Sequence[Run],
    segments: Sequence[Segment],
    decisions: Decisions,
    branches: Mapping[str, BranchAverage],
) -> str:
    """From the top down, so that it is always one that a segment has.

    First, whether any gate label holds, and does so for at least as long as none of them; then the outcome with the
    longest time; then the label of its branch, or what its segments say for the longest time where none says that.
    `runs` and `segments` belong together, one by one.
    """
    outcomes = decisions.outcomes.outcomes
    seconds = _state_seconds(runs, decisions.outcomes)[:-1]
    if not any(seconds):
        return SILENCE
    holds = [any(outcome.truth.values()) for outcome in outcomes]
    some, none = (sum(time for time, h in zip(seconds, holds, strict=True) if h is side) for side in (True, False))
    side = some >= none
    state = max((i for i in range(len(outcomes)) if holds[i] is side), key=lambda i: seconds[i])
    outcome = outcomes[state]
    details: dict[str, float] = {}
    for run, segment in zip(runs, segments, strict=True):
        if run.state == state and segment.detail is not None:
            details[segment.detail] = details.get(segment.detail, 0.0) + segment.seconds
    if not details:
        return outcome.label
    probabilities = branches[outcome.branch].probabilities if outcome.branch else None
    preferred = decisions.detail(outcome.branch, probabilities) if outcome.branch and probabilities else None
    detail = preferred if preferred in details else max(details, key=details.__getitem__)
    return f"{outcome.label}/{detail}"


def _state_seconds(runs: Sequence[Run], outcomes: Outcomes) -> list[float]:
    """Seconds of each outcome, and last those of silence."""
    seconds = [0.0] * (len(outcomes.outcomes) + 1)
    for run in runs:
        seconds[run.state] += run.seconds
    return seconds
