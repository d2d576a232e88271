"""Chunks that come back are those of some sound, or are refused with the place and the reason."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from service.errors import UnsuitableAnswer
from service.formats.rounding import to_milliseconds
from service.grid import Grid
from service.http.rewrite import check_chunks
from service.inference.served_models import ServedModels
from service.outcomes import Decisions, Outcomes
from service.types import Chunk, Scores

SERVED = ServedModels(
    Decisions(Outcomes((), {}, exclusive=False), 3.0),
    {"gate": "gate@1.0.0", "genre": "genre@1.0.0"},
    {"gate": ("music", "speech"), "genre": ("rock", "pop")},
)
TAGGED = replace(SERVED, decisions=replace(SERVED.decisions, tag_thresholds={"Dog": 0.5, "Bark": 0.5}))
GATE = {"music": 0.9, "speech": 0.1}


def chunk(
    start: float, end: float, gate: Scores | None = GATE, genre: Scores | None = None, tags: Scores | None = None
) -> Chunk:
    return Chunk(start, end, gate, {"genre": genre}, tags)


@examples(max_examples=200, deadline=None)
@given(st.floats(0.1, 3.0), st.floats(0.005, 40), st.sampled_from([0.0, 4.567, 1 / 3]))
def test_every_sound_that_was_heard_is_taken(hop: float, total: float, start: float) -> None:
    grid = Grid(3.0, hop)
    spans = [grid.span(index, total) for index in range(grid.count(total))]
    rounded = [chunk(to_milliseconds(start + one.start), to_milliseconds(start + one.end)) for one in spans]
    taken = check_chunks(rounded, SERVED)
    assert list(taken.chunks) == rounded
    if len(spans) > 1:
        assert taken.hop_seconds == pytest.approx(hop, abs=0.001)


@pytest.mark.parametrize(
    ("given_chunks", "words"),
    [
        ([], ["chunks is empty"]),
        ([chunk(0, 3), chunk(6, 9), chunk(3, 6), chunk(9, 12)], ["chunks.1.start is 6", "every 3 s", "at 3", "order"]),
        ([chunk(0, 3), chunk(3, 6), chunk(3, 6), chunk(9, 12)], ["chunks.2.start is 3", "at 6"]),
        ([chunk(0, 3), chunk(3, 6), chunk(12, 15)], ["every 6.000 s", "0.1 to 3 s"]),
        ([chunk(3, 6), chunk(0, 3)], ["every -3.000 s"]),
        ([chunk(0, 3), chunk(0.01, 3.01)], ["every 0.010 s"]),
        ([chunk(0, 2), chunk(3, 6)], ["chunks.0 lasts 2.000 s", "3 s"]),
        ([chunk(0, 3), chunk(3, 8)], ["chunks.1 lasts 5.000 s", "3.1 s"]),
        ([chunk(0, 0)], ["chunks.0 lasts 0.000 s"]),
        ([chunk(0, 3.2)], ["chunks.0 lasts 3.200 s"]),
        ([chunk(5, 3)], ["chunks.0 lasts -2.000 s"]),
        ([chunk(0, 3), chunk(1, 2.5)], ["chunks.1.end is 2.5", "ends at 3 already"]),
        ([chunk(0, 3, {"music": 0.5})], ["chunks.0.gate has the labels music", "music, speech", "top_k"]),
        ([chunk(0, 3), chunk(3, 6, genre={"rock": 0.5, "folk": 0.5})], ["chunks.1.genre has the labels rock, folk"]),
        ([chunk(0, 3, None, {"rock": 0.5, "pop": 0.5})], ["chunks.0.gate is null"]),
        ([Chunk(0, 3, GATE, {})], ["chunks.0 has answers of gate;", "gate, genre"]),
        ([Chunk(0, 3, GATE, {"genre": None, "birds": None})], ["chunks.0 has answers of gate, genre, birds;"]),
    ],
)
def test_what_is_no_sound_is_named(given_chunks: Sequence[Chunk], words: list[str]) -> None:
    with pytest.raises(UnsuitableAnswer) as caught:
        check_chunks(given_chunks, SERVED)
    for word in words:
        assert word in caught.value.detail


def test_labels_come_in_the_order_of_the_model() -> None:
    turned = chunk(0, 3, {"speech": 0.1, "music": 0.9}, {"pop": 0.2, "rock": 0.8})
    (taken,) = check_chunks([turned], SERVED).chunks
    assert list(taken.gate or ()) == ["music", "speech"]
    assert list(taken.branches["genre"] or ()) == ["rock", "pop"]
    assert taken == turned


def test_tags_come_best_first() -> None:
    heard = [chunk(0, 3, tags={"Bark": 0.2, "Dog": 0.8}), chunk(3, 6, tags={}), chunk(6, 9, None)]
    taken = check_chunks(heard, TAGGED).chunks
    assert [None if one.tags is None else list(one.tags) for one in taken] == [["Dog", "Bark"], [], None]


@pytest.mark.parametrize(
    ("served", "given_chunk", "words"),
    [
        (SERVED, chunk(0, 3, tags={}), ["chunks.0.tags is there", "no model for tags"]),
        (TAGGED, chunk(0, 3), ["chunks.0.tags must be null where gate is null", "it is null"]),
        (TAGGED, chunk(0, 3, None, tags={}), ["chunks.0.tags must be null where gate is null", "it is a list"]),
        (TAGGED, chunk(0, 3, tags={"Dog": 0.9, "Cat": 0.8}), ["chunks.0.tags names 'Cat'", "does not know"]),
    ],
)
def test_tags_that_do_not_fit_are_named(served: ServedModels, given_chunk: Chunk, words: list[str]) -> None:
    with pytest.raises(UnsuitableAnswer) as caught:
        check_chunks([given_chunk], served)
    for word in words:
        assert word in caught.value.detail
