from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.splits import (
    SplitError,
    grouped,
    leaky_hold_out,
    leaky_per_slice,
    left_out,
    official,
    set_aside,
    split_groups,
    stratified,
    stratified_hold_out,
)

LABELS = [label for label in ("rock", "jazz") for _ in range(30)]
GROUPS = [f"{label}-song-{number // 3}" for label in ("rock", "jazz") for number in range(30)]
"""Two genres, ten songs each, three slices a song."""


@given(seed=st.integers(0, 1_000), folds=st.integers(2, 10))
def test_no_group_is_ever_on_both_sides(seed: int, folds: int) -> None:
    split = grouped(LABELS, GROUPS, folds, seed)
    assert not split_groups(split.folds, GROUPS)
    assert not split.leaks
    assert sorted(index for fold in split.folds for index in fold.test) == list(range(60))
    for fold in split.folds:
        assert sorted((*fold.train, *fold.test)) == list(range(60))


def test_labels_are_even_over_the_folds() -> None:
    for fold in grouped(LABELS, GROUPS, 5, seed=1).folds:
        assert Counter(LABELS[index] for index in fold.test) == {"rock": 6, "jazz": 6}


def test_the_same_seed_gives_the_same_split() -> None:
    assert grouped(LABELS, GROUPS, 5, seed=3) == grouped(LABELS, GROUPS, 5, seed=3)
    assert grouped(LABELS, GROUPS, 5, seed=3) != grouped(LABELS, GROUPS, 5, seed=4)


def test_too_few_groups_are_named() -> None:
    with pytest.raises(SplitError, match="Label 'jazz' has 1 groups; 2 folds need 2 of each label"):
        grouped(["rock", "rock", "jazz", "jazz"], ["a", "b", "c", "c"], 2, seed=0)


def test_official_folds_never_test_what_has_none() -> None:
    split = official(["1", "2", None, "1"], ["a", "b", "c", "d"])
    assert [(fold.name, fold.train, fold.test) for fold in split.folds] == [
        ("1", (1, 2), (0, 3)),
        ("2", (0, 2, 3), (1,)),
    ]


def test_official_folds_leak_if_they_tear_a_group() -> None:
    assert official(["1", "2", "1"], ["a", "a", "b"]).leaks
    assert not official(["1", "2", "1"], ["a", "c", "a"]).leaks


def test_official_folds_must_be_there() -> None:
    with pytest.raises(SplitError, match="the corpus has none"):
        official([None, None], ["a", "b"])


def test_a_random_split_says_that_it_leaks_only_if_it_does() -> None:
    assert stratified(LABELS, GROUPS, 5, seed=0).leaks
    assert not stratified(LABELS, [str(number) for number in range(60)], 5, seed=0).leaks


def test_the_leaky_split_is_named_so_and_does_leak() -> None:
    split = leaky_per_slice(LABELS, GROUPS, 5, seed=0)
    assert split.leaks
    assert "LEAKY" in split.name
    assert split_groups(split.folds, GROUPS)


def test_leaving_one_out_keeps_its_groups_from_the_others() -> None:
    split = left_out(["a", "a", "b", "b", "c"], ["1", "2", "2", "3", "4"], "leave one corpus out")
    assert [fold.name for fold in split.folds] == ["a", "b", "c"]
    assert split.folds[0].test == (0, 1)
    assert split.folds[0].train == (3, 4), "item 2 is of a group that is tested"
    assert not split_groups(split.folds, ["1", "2", "2", "3", "4"])
    with pytest.raises(SplitError, match="needs two at least; there is a"):
        left_out(["a", "a"], ["1", "2"], "leave one corpus out")


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_a_share_of_the_groups_is_set_aside(share: float) -> None:
    groups = [str(number // 2) for number in range(400)]
    fold = set_aside(["a", "a", "b", "b"] * 100, groups, share, seed=1)
    assert len(fold.test) / 400 == pytest.approx(share, abs=0.02)
    assert not split_groups([fold], groups)


def test_a_share_is_held_out_once() -> None:
    split = stratified_hold_out(LABELS, GROUPS, 0.3, seed=0)
    assert (split.name, split.leaks, len(split.folds)) == ("stratified random 70/30", True, 1)
    (fold,) = split.folds
    assert sorted((*fold.train, *fold.test)) == list(range(60))
    assert Counter(LABELS[index] for index in fold.test) == {"rock": 9, "jazz": 9}
    assert not stratified_hold_out(LABELS, [str(number) for number in range(60)], 0.3, seed=0).leaks


def test_slices_that_are_held_out_once_always_leak() -> None:
    split = leaky_hold_out(LABELS, [str(number) for number in range(60)], 0.15, seed=0)
    assert (split.name, split.leaks, len(split.folds[0].test)) == ("LEAKY per-slice random 85/15", True, 9)


def test_what_is_too_little_to_hold_out_is_said() -> None:
    with pytest.raises(SplitError, match=r"3 items cannot be split into 0\.8 and 0\.2: "):
        stratified_hold_out(["a", "a", "b"], ["1", "2", "3"], 0.2, seed=0)
