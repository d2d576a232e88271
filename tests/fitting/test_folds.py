"""Folds keep groups whole and labels even."""

import numpy as np
import pytest

from service.fitting.folds import grouped_folds


def test_no_group_is_torn_and_every_item_is_held_out_once() -> None:
    rng = np.random.default_rng(2)
    groups = [f"g{number}" for number in rng.integers(0, 60, 400)]
    labels = [f"l{int(group[1:]) % 3}" for group in groups]
    folds = grouped_folds(labels, groups, 5, seed=1)
    assert set(folds.tolist()) == set(range(5))
    assert all(len({fold for fold, its in zip(folds, groups, strict=True) if its == group}) == 1 for group in groups)


def test_labels_are_as_even_as_the_groups_allow() -> None:
    labels = ["rare"] * 10 + ["frequent"] * 100
    folds = grouped_folds(labels, [str(number) for number in range(110)], 5, seed=1)
    for label, share in (("rare", 2), ("frequent", 20)):
        counts = np.bincount(folds[np.array(labels) == label], minlength=5)
        assert counts.tolist() == [share] * 5


def test_a_large_group_does_not_make_its_fold_larger_still() -> None:
    labels = ["a"] * 100
    groups = ["large"] * 40 + [str(number) for number in range(60)]
    counts = np.bincount(grouped_folds(labels, groups, 3, seed=1))
    assert counts.max() == 40


def test_equal_seeds_give_equal_folds() -> None:
    labels, groups = ["a", "b"] * 20, [str(number) for number in range(40)]
    first, second, other = (grouped_folds(labels, groups, 4, seed=seed).tolist() for seed in (1, 1, 2))
    assert first == second
    assert first != other


def test_a_label_of_one_group_cannot_be_measured() -> None:
    with pytest.raises(ValueError, match="'b' has 1 group"):
        grouped_folds(["a", "a", "b"], ["1", "2", "3"], 2, seed=1)
