"""What would leak, counted by hand on small corpora."""

from pathlib import Path

import numpy as np

from training.corpora.corpus import Clip, Corpus
from training.inspection.inspection import Copy, Fingerprint, Inspection, join_copies
from training.inspection.leaks import FOLDS, Leak, Leaks, find_leaks

CLIPS = [Clip(Path(f"{number}.wav"), "ab"[number % 2], f"g{number}", "corpus") for number in range(40)]


def leaks_of(clips: list[Clip], copies: list[tuple[int, int]] | None = None, seconds: float = 1.0) -> Leaks:
    heard = tuple(Fingerprint(seconds, 16_000, "", np.zeros(256, np.float32)) for _ in clips)
    pairs = tuple(Copy(clips[i], clips[j], 1.0, is_exact=True) for i, j in copies or [])
    return find_leaks(Inspection(Corpus("corpus", tuple(clips), ()), heard, tuple(clips), (), pairs))


def by_split(leaks: Leaks) -> dict[str, Leak]:
    return {leak.split.split()[0]: leak for leak in leaks.of_splits}


def regrouped(group_of: dict[int, str], fold_of: dict[int, str] | None = None) -> list[Clip]:
    return [
        Clip(clip.path, clip.label, group_of.get(n, clip.group), "corpus", (fold_of or {}).get(n))
        for n, clip in enumerate(CLIPS)
    ]


def test_short_clips_that_have_nothing_in_common_leak_nothing() -> None:
    leaks = leaks_of(CLIPS)
    assert [(leak.clips, leak.groups, leak.copies) for leak in leaks.of_splits] == [(40, 0, 0)] * 3
    assert [leak.split for leak in leaks.of_splits] == [
        "grouped 5-fold",
        "stratified random 5-fold",
        "LEAKY per-slice random 5-fold",
    ]
    assert leaks.rare == ()


def test_a_random_split_tears_groups_and_a_grouped_one_does_not() -> None:
    leaks = by_split(leaks_of(regrouped({n: f"song {n // 4}" for n in range(40)})))
    assert leaks["grouped"].groups == 0
    assert leaks["stratified"].groups >= 8  # ten groups of four: hardly one of them is whole by chance


def test_slices_tear_every_long_clip() -> None:
    leaks = by_split(leaks_of(CLIPS, seconds=30))
    assert leaks["stratified"].groups == 0
    assert leaks["LEAKY"].groups == len(CLIPS)
    assert leaks["LEAKY"].clips == len(CLIPS)


def test_official_folds_are_looked_at_if_there_are_any() -> None:
    folds = {n: str(n // 20) for n in range(38)}
    groups = {0: "torn", 39: "alone", 21: "torn", 4: "whole", 5: "whole"}
    leaks = by_split(leaks_of(regrouped(groups, folds), [(1, 2), (3, 30), (8, 39), (38, 9)]))
    assert leaks["official"] == Leak("official folds", 40, groups=1, copies=3)  # 38 and 39 are in no fold


def test_copies_on_both_sides_are_counted_as_pairs_and_are_gone_once_joined() -> None:
    pairs = [(n, n + 20) for n in range(0, 20, 2)] + [(0, 2)]
    copies = by_split(leaks_of(CLIPS, pairs))["grouped"].copies
    assert 4 <= copies <= len(pairs)  # four of five on average
    joined = list(join_copies(CLIPS, [Copy(CLIPS[i], CLIPS[j], 1.0, is_exact=True) for i, j in pairs]))
    assert by_split(leaks_of(joined, pairs))["grouped"].copies == 0


def test_rare_labels_are_named_and_only_in_official_folds() -> None:
    rare = [Clip(Path(f"rare {n}.wav"), "rare", f"rare {n}", "corpus", str(n % 2)) for n in range(FOLDS - 1)]
    leaks = leaks_of([*CLIPS, *rare])
    assert leaks.rare == ("rare",)
    assert {name: leak.clips for name, leak in by_split(leaks).items()} == {
        "grouped": 40,
        "official": 44,
        "stratified": 40,
        "LEAKY": 40,
    }


def test_only_rare_labels_leave_no_split() -> None:
    assert leaks_of(CLIPS[:6]) == Leaks((), ("a", "b"))
