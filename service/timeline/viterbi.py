"""The most probable path through states that cost something to change between."""

import numpy as np
from numpy.typing import NDArray


def best_path(log_likelihood: NDArray[np.float64], switching_cost: float) -> list[int]:
    """(steps, states) log-likelihoods and a cost in nats per change of state -> one state per step.

    Of equally good paths, the one that changes late and prefers low state numbers.
    """
    steps, states = log_likelihood.shape
    best = log_likelihood[0]
    came_from = np.zeros((steps, states), dtype=np.intp)
    stay = np.arange(states)
    for step in range(1, steps):
        leader = int(best.argmax())
        switched = best[leader] - switching_cost
        came_from[step] = np.where(best >= switched, stay, leader)
        best = np.maximum(best, switched) + log_likelihood[step]
    path = [int(best.argmax())]
    for step in range(steps - 1, 0, -1):
        path.append(int(came_from[step, path[-1]]))
    return path[::-1]
