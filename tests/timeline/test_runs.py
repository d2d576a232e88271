import time
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from service.timeline.runs import Run, absorb_short, merge_gaps, runs_of

paths = st.lists(st.tuples(st.integers(0, 2), st.sampled_from([1.0, 2.0, 3.0, 5.0])), min_size=1, max_size=20)


def made(path: list[tuple[int, float]]) -> list[Run]:
    borders = [0.0]
    for _, seconds in path:
        borders.append(borders[-1] + seconds)
    return runs_of([state for state, _ in path], borders)


def join_equal(runs: list[Run]) -> list[Run]:
    joined = runs[:1]
    for run in runs[1:]:
        if run.state == joined[-1].state:
            joined[-1] = joined[-1].joined(run)
        else:
            joined.append(run)
    return joined


def absorbed_step_by_step(runs: list[Run], min_seconds: float) -> list[Run]:
    """The definition: again and again the shortest run (of equals the first) goes to its longer neighbour."""
    while len(runs) > 1:
        seconds, i = min((run.seconds, run.first, i) for i, run in enumerate(runs))[0::2]
        if seconds >= min_seconds:
            break
        neighbour = max((runs[j] for j in (i - 1, i + 1) if 0 <= j < len(runs)), key=lambda run: run.seconds)
        runs = join_equal([*runs[:i], replace(runs[i], state=neighbour.state), *runs[i + 1 :]])
    return runs


@given(path=paths)
def test_runs_are_the_ticks_of_one_state_joined(path: list[tuple[int, float]]) -> None:
    ticks = [runs_of([state], [0.0, seconds])[0] for state, seconds in path]
    borders = [0.0]
    for tick in ticks:
        borders.append(borders[-1] + tick.seconds)
    single = [Run(tick.state, i, i, borders[i], borders[i + 1]) for i, tick in enumerate(ticks)]
    assert made(path) == join_equal(single)


@given(path=paths, shortest=st.sampled_from([0.0, 2.0, 4.0, 100.0]))
def test_absorbing_is_what_its_definition_says(path: list[tuple[int, float]], shortest: float) -> None:
    assert absorb_short(made(path), shortest) == absorbed_step_by_step(made(path), shortest)


@given(path=paths, gap=st.sampled_from([0.0, 2.0, 4.0, 100.0]))
def test_no_mergeable_gap_is_left_and_nothing_is_lost(path: list[tuple[int, float]], gap: float) -> None:
    runs, merged = made(path), merge_gaps(made(path), gap)
    assert (merged[0].first, merged[-1].last, merged[-1].end) == (0, runs[-1].last, runs[-1].end)
    for before, between, after in zip(merged, merged[1:], merged[2:], strict=False):
        assert before.state != after.state or between.seconds >= gap
    for earlier, later in pairwise(merged):
        assert earlier.last + 1 == later.first


def test_a_gap_by_hand() -> None:
    runs = made([(0, 5.0), (1, 1.0), (0, 5.0), (2, 1.0), (1, 5.0)])
    assert [(run.state, run.start, run.end) for run in merge_gaps(runs, 2.0)] == [(0, 0, 11), (2, 11, 12), (1, 12, 17)]


def test_fifty_thousand_changes_take_no_time() -> None:
    runs = made([(number % 2, 1.0) for number in range(50_000)])
    started = time.process_time()
    assert len(merge_gaps(runs, 1e9)) <= 2
    assert len(absorb_short(runs, 1e9)) == 1
    assert time.process_time() - started < 5
