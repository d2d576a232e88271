from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from service.grid import REST_SECONDS, Grid, Span, window_starts

lengths = st.floats(0.001, 400, allow_nan=False)
hops = st.sampled_from([0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0])


@given(total=lengths, hop=hops)
def test_chunks_cover_the_sound_from_its_first_to_its_last_sample(total: float, hop: float) -> None:
    grid = Grid(3.0, hop)
    spans = [grid.span(index, total) for index in range(grid.count(total))]
    assert spans[0].start == 0
    assert spans[-1].end == total
    for index, span in enumerate(spans):
        assert span.start == pytest.approx(index * hop)
        assert 0 < span.seconds < 3.0 + hop + 1e-6
    for earlier, later in pairwise(spans):
        assert earlier.start < later.start <= earlier.end
        assert earlier.end <= later.end


@given(total=lengths, hop=hops)
def test_only_the_last_chunk_differs_from_the_others(total: float, hop: float) -> None:
    grid = Grid(3.0, hop)
    for index in range(grid.count(total) - 1):
        assert grid.span(index, total).seconds == pytest.approx(3.0)
    last = grid.span(grid.count(total) - 1, total)
    if total > 3.0:
        assert min(hop, REST_SECONDS) - 1e-6 <= last.seconds <= 3.0 + REST_SECONDS + 1e-6


@given(total=lengths, heard=lengths, hop=hops)
def test_what_is_settled_never_changes(total: float, heard: float, hop: float) -> None:
    assume(heard <= total)
    grid = Grid(3.0, hop)
    index = 0
    while (span := grid.span_if_settled(index, heard)) is not None:
        assert index < grid.count(total)
        assert span.start == grid.span(index, total).start
        assert span.end == pytest.approx(grid.span(index, total).end)
        index += 1


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (0.01, [(0, 0.01)]),
        (3.0, [(0, 3.0)]),
        (3.05, [(0, 3.05)]),
        (4.0, [(0, 3), (3, 4.0)]),
        (9.0, [(0, 3), (3, 6), (6, 9.0)]),
        (9.2, [(0, 3), (3, 6), (6, 9), (9, 9.2)]),
    ],
)
def test_grid_by_hand(total: float, expected: list[tuple[float, float]]) -> None:
    grid = Grid(3.0, 3.0)
    assert [(s.start, s.end) for s in (grid.span(i, total) for i in range(grid.count(total)))] == expected


@pytest.mark.parametrize(
    ("span", "window", "total", "expected"),
    [
        (Span(3, 6), 3.0, None, [3.0]),
        (Span(9, 10.2), 3.0, 10.2, [7.2]),  # the last, partial chunk: a full window that ends with the sound
        (Span(0, 1.0), 3.0, 1.0, [0.0]),  # shorter than the window: repeated
        (Span(3, 6), 1.0, None, [3.0, 4.0, 5.0]),
        (Span(3, 6), 5.0, None, [2.0]),  # a longer window is centred
        (Span(0, 3), 5.0, None, [0.0]),
        (Span(6, 9), 5.0, 9.0, [4.0]),
        (Span(0, 3.05), 3.0, 3.05, [0.025]),
        (Span(3, 6), 2.5, None, [3.25]),
        (Span(3, 6), 2.0, None, [3.0, 4.0]),
    ],
)
def test_windows_by_hand(span: Span, window: float, total: float | None, expected: list[float]) -> None:
    assert window_starts(span, window, total) == pytest.approx(expected)


@given(total=lengths, hop=hops, window=st.floats(0.2, 8))
def test_no_window_reaches_beyond_the_sound(total: float, hop: float, window: float) -> None:
    grid = Grid(3.0, hop)
    for index in range(grid.count(total)):
        for start in window_starts(grid.span(index, total), window, total):
            assert start >= 0
            assert start + window <= max(total, window) + 1e-6
