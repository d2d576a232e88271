"""The simulation of the line, against what is known of lines: Erlang's formulas."""

import math

import numpy as np
import pytest

from benchmarks.queueing import Floats, simulate

ARRIVALS = 200_000


def exponential(random: np.random.Generator, count: int) -> Floats:
    """One second on average."""
    return random.exponential(1.0, count)


def erlang_c(replicas: int, offered: float) -> float:
    """Share of those who have to wait, where there is room for all."""
    waiting = offered**replicas / math.factorial(replicas) * replicas / (replicas - offered)
    return waiting / (sum(offered**number / math.factorial(number) for number in range(replicas)) + waiting)


def refused_share(replicas: int, room: int, offered: float) -> float:
    """Of those who come, where there is room for `room`."""
    weights = [1.0]
    for number in range(1, room + 1):
        weights.append(weights[-1] * offered / min(number, replicas))
    return weights[-1] / sum(weights)


@pytest.mark.parametrize(("replicas", "load"), [(1, 0.5), (1, 0.8), (2, 0.7), (4, 0.8), (16, 0.85)])
def test_waits_are_erlangs(replicas: int, load: float) -> None:
    offered = load * replicas
    waits = simulate(offered, replicas, None, exponential, ARRIVALS, seed=1).waits
    share = erlang_c(replicas, offered)
    assert (waits > 1e-9).mean() == pytest.approx(share, abs=0.015)
    assert waits.mean() == pytest.approx(share / (replicas - offered), rel=0.1)
    later = 1 / (replicas - offered)
    assert (waits > later).mean() == pytest.approx(share * math.exp(-1), abs=0.015)


@pytest.mark.parametrize(
    ("replicas", "room", "load"), [(1, 1, 0.5), (1, 4, 1.0), (2, 8, 1.2), (4, 4, 0.8), (8, 64, 1.3)]
)
def test_refusals_are_those_of_a_line_with_an_end(replicas: int, room: int, load: float) -> None:
    offered = load * replicas
    refused = simulate(offered, replicas, room, exponential, ARRIVALS, seed=2).refused
    assert refused == pytest.approx(refused_share(replicas, room, offered), abs=0.008)


def test_service_of_one_length_waits_half_as_long() -> None:
    """Pollaczek and Khinchine's mean for one server."""
    waits = simulate(0.7, 1, None, lambda _random, count: np.ones(count), ARRIVALS, seed=3).waits
    assert waits.mean() == pytest.approx(0.7 / (2 * 0.3), rel=0.05)


def test_the_same_seed_has_the_same_end() -> None:
    first, second, other = (simulate(0.9, 1, 8, exponential, 1000, seed) for seed in (4, 4, 5))
    assert first.latency(95) == second.latency(95) != other.latency(95)
    assert np.array_equal(first.latencies, second.latencies)
