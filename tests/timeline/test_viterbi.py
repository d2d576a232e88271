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


@settings(max_examples=150)
@given(data=st.data(), steps=st.integers(1, 6), states=st.integers(1, 3), cost=st.floats(0, 5))
def test_no_other_path_is_better(data: st.DataObject, steps: int, states: int, cost: float) -> None:
    values = data.draw(st.lists(st.floats(-8, 0), min_size=steps * states, max_size=steps * states))
    log_likelihood = np.array(values).reshape(steps, states)
    found = tuple(best_path(log_likelihood, cost))
    best = max(price(path, log_likelihood, cost) for path in product(range(states), repeat=steps))
    assert price(found, log_likelihood, cost) == pytest.approx(best)


def test_without_cost_each_step_speaks_for_itself() -> None:
    log_likelihood = np.log([[0.9, 0.1], [0.4, 0.6], [0.9, 0.1]])
    assert best_path(log_likelihood, 0.0) == [0, 1, 0]
    assert best_path(log_likelihood, 1.0) == [0, 0, 0]
