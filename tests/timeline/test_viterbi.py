import time
import tracemalloc
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from service.timeline.viterbi import best_path


def price(path: tuple[int, ...], log_likelihood: NDArray[np.float64], cost: float) -> float:
    changes = sum(a != b for a, b in pairwise(path))
    return float(sum(log_likelihood[step, state] for step, state in enumerate(path)) - cost * changes)


def plain_path(log_likelihood: NDArray[np.float64], cost: float) -> list[int]:
    """The algorithm as books have it; among equals: stay where that is as good, else go to the first."""
    steps, states = log_likelihood.shape
    best = [float(value) for value in log_likelihood[0]]
    came_from = []
    for step in range(1, steps):
        leader = max(range(states), key=lambda state: (best[state], -state))
        stays = [best[state] >= best[leader] - cost for state in range(states)]
        came_from.append([state if stays[state] else leader for state in range(states)])
        best = [
            (best[state] if stays[state] else best[leader] - cost) + float(log_likelihood[step, state])
            for state in range(states)
        ]
    path = [max(range(states), key=lambda state: (best[state], -state))]
    for sources in reversed(came_from):
        path.append(sources[path[-1]])
    return path[::-1]


@settings(max_examples=150)
@given(data=st.data(), steps=st.integers(1, 6), states=st.integers(1, 3), cost=st.floats(0, 5))
def test_no_other_path_is_better(data: st.DataObject, steps: int, states: int, cost: float) -> None:
    values = data.draw(st.lists(st.floats(-8, 0), min_size=steps * states, max_size=steps * states))
    log_likelihood = np.array(values).reshape(steps, states)
    found = tuple(best_path(log_likelihood, cost))
    best = max(price(path, log_likelihood, cost) for path in product(range(states), repeat=steps))
    assert price(found, log_likelihood, cost) == pytest.approx(best)


@settings(max_examples=150)
@given(data=st.data(), steps=st.integers(1, 30), states=st.integers(1, 5), cost=st.integers(0, 4))
def test_it_is_the_plain_algorithm_also_among_equals(data: st.DataObject, steps: int, states: int, cost: int) -> None:
    """Whole numbers, so that many paths are equally good."""
    values = data.draw(st.lists(st.integers(-3, 0), min_size=steps * states, max_size=steps * states))
    log_likelihood = np.array(values, dtype=np.float64).reshape(steps, states)
    assert best_path(log_likelihood, cost) == plain_path(log_likelihood, cost)


@given(seed=st.integers(0, 1000), costs=st.tuples(st.integers(0, 20), st.integers(1, 20)))
def test_a_larger_cost_never_makes_more_changes(seed: int, costs: tuple[int, int]) -> None:
    log_likelihood = np.log(np.random.default_rng(seed).dirichlet(np.full(4, 0.3), 200) + 1e-6)
    few, many = (sum(a != b for a, b in pairwise(best_path(log_likelihood, cost))) for cost in (sum(costs), costs[0]))
    assert few <= many


def test_without_cost_each_step_speaks_for_itself() -> None:
    log_likelihood = np.log([[0.9, 0.1], [0.4, 0.6], [0.9, 0.1]])
    assert best_path(log_likelihood, 0.0) == [0, 1, 0]
    assert best_path(log_likelihood, 1.0) == [0, 0, 0]


def test_five_minutes_of_steps_take_a_few_milliseconds() -> None:
    """About 2 ms when nothing else runs; ten times that would be the way it was."""
    log_likelihood = np.log(np.random.default_rng(0).dirichlet(np.full(5, 0.2), 1_900) + 1e-6)
    taken = []
    for _ in range(10):
        started = time.process_time()
        best_path(log_likelihood, 5.0)
        taken.append(time.process_time() - started)
    assert min(taken) < 0.01


def test_four_hours_of_steps_take_few_bytes() -> None:
    """The report of a long file is made at once: what it takes is beside the 40 MB that an analysis may have."""
    steps = round(4 * 3600 * 19 / 3)
    likelihoods = np.log(np.random.default_rng(1).dirichlet(np.ones(5), steps))
    best_path(likelihoods[:10], 3.0)
    tracemalloc.start()
    best_path(likelihoods, 3.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8_000_000  # 4.4 MB of forward costs, and the path itself
