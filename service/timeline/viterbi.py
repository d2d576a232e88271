"""The most probable path through states that cost something to change between."""

from array import array

import numpy as np
from numpy.typing import NDArray

BLOCK = 4_096
"""Steps that are Python's own numbers at a time."""


def best_path(log_likelihood: NDArray[np.float64], switching_cost: float) -> list[int]:
    """(steps, states) log-likelihoods and a cost in nats per change of state -> one state per step.

    Of equally good paths, the one that changes late and prefers low state numbers.
    """
    # Plain lists: with a handful of states, NumPy's calls take five times as long as the work itself. What is needed on
    # the way back is kept in two flat arrays, and rows become lists block by block: hours of sound have 100,000 steps.
    states = log_likelihood.shape[1]
    best: list[float] = log_likelihood[0].tolist()
    before, switched = array("d"), array("d")
    for first in range(1, len(log_likelihood), BLOCK):
        for row in log_likelihood[first : first + BLOCK].tolist():
            changed = max(best) - switching_cost
            switched.append(changed)
            before.extend(best)
            # Spelt out: a call of max for each state would take twice as long.
            best = [(old if old >= changed else changed) + new for old, new in zip(best, row, strict=True)]  # noqa: FURB136
    state = best.index(max(best))
    path = [state]
    at = len(before)
    for changed in reversed(switched):
        at -= states
        if before[at + state] < changed:
            leaders = before[at : at + states]
            state = leaders.index(max(leaders))
        path.append(state)
    path.reverse()
    return path
