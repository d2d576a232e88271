"""Copies in one group: then no split by group tears them apart."""

from pathlib import Path

import pytest

from training.corpora.corpus import Clip
from training.inspection.inspection import Copy, join_copies
from training.splits import grouped


def clip(name: str, group: str, label: str = "a") -> Clip:
    return Clip(Path(name), label, group, "corpus", fold="1", licence="free", is_test=True)


def copy(first: Clip, second: Clip) -> Copy:
    return Copy(first, second, 1.0, is_exact=True)


def test_the_smallest_name_of_all_that_are_connected_wins() -> None:
    d, b, c, other, a = (clip(name, name) for name in ("d", "b", "c", "other", "a"))
    joined = join_copies([d, b, c, other, a], [copy(d, c), copy(b, a), copy(c, b)])
    assert [one.group for one in joined] == ["a", "a", "a", "other", "a"]


def test_only_the_group_changes_and_all_of_the_group_does() -> None:
    first, sibling, second = clip("1", "x"), clip("2", "x", "b"), clip("3", "m")
    joined = join_copies([first, sibling, second], [copy(first, second)])
    assert joined == (clip("1", "m"), clip("2", "m", "b"), clip("3", "m"))


def test_without_copies_nothing_changes() -> None:
    clips = (clip("1", "x"), clip("2", "y"))
    assert join_copies(clips, []) == clips


@pytest.mark.parametrize("seed", range(3))
def test_a_split_by_joined_groups_has_no_copy_on_both_sides(seed: int) -> None:
    clips = [clip(str(number), f"group {number}", "ab"[number % 2]) for number in range(60)]
    copies = [copy(clips[number], clips[number + 7]) for number in range(0, 40, 3)]
    assert torn(clips, copies, clips, seed)
    assert not torn(clips, copies, join_copies(clips, copies), seed)


def torn(clips: list[Clip], copies: list[Copy], by: list[Clip] | tuple[Clip, ...], seed: int) -> list[Copy]:
    """Copies that a split by the groups of `by` puts on both sides."""
    split = grouped([one.label for one in by], [one.group for one in by], 3, seed)
    tests = [{clips[index] for index in fold.test} for fold in split.folds]
    return [pair for pair in copies if any((pair.first in test) != (pair.second in test) for test in tests)]
