"""Missing and broken files are skipped or refused, as asked, and always named."""

from pathlib import Path

import pytest

from training.corpora.corpus import MOST_NAMED, Clip, CorpusError, FaultPolicy, usable_clips

CLIPS = tuple(Clip(Path(f"{number}.wav"), "a", str(number), "corpus") for number in range(4))
MISSING = [Path("gone.wav")]
BROKEN = {Path("1.wav"): "The file is empty. 0 bytes.", Path("3.wav"): "No sound could be decoded. Cut."}


def test_skipped_files_are_left_out_and_reported() -> None:
    usable = usable_clips(CLIPS, MISSING, BROKEN, "skip")
    assert usable.clips == (CLIPS[0], CLIPS[2])
    assert usable.report.splitlines() == [
        "3 of 5 files cannot be used: 1 missing, 2 broken.",
        "  gone.wav: Listed, but not there.",
        "  1.wav: The file is empty. 0 bytes.",
        "  3.wav: No sound could be decoded. Cut.",
    ]


@pytest.mark.parametrize(("missing", "broken"), [(MISSING, {}), ([], BROKEN), (MISSING, BROKEN)])
def test_refused_files_are_named(missing: list[Path], broken: dict[Path, str]) -> None:
    with pytest.raises(CorpusError) as refused:
        usable_clips(CLIPS, missing, broken, "refuse")
    assert f"{len(missing)} missing, {len(broken)} broken" in str(refused.value)
    assert all(f"{path}: {reason}" in str(refused.value) for path, reason in broken.items())


@pytest.mark.parametrize("policy", ["skip", "refuse"])
def test_sound_files_pass_without_a_word(policy: FaultPolicy) -> None:
    usable = usable_clips(CLIPS, [], {}, policy)
    assert (usable.clips, usable.report) == (CLIPS, "")


def test_only_the_first_of_many_are_named() -> None:
    missing = [Path(f"gone {number}.wav") for number in range(MOST_NAMED + 7)]
    lines = usable_clips(CLIPS, missing, BROKEN, "skip").report.splitlines()
    assert len(lines) == MOST_NAMED + 2
    assert (
        lines[0] == f"{MOST_NAMED + 9} of {MOST_NAMED + 11} files cannot be used: {MOST_NAMED + 7} missing, 2 broken."
    )
    assert lines[-1] == "  and 9 more; `training check` names all of them"


def test_nothing_left_is_refused_whatever_was_asked() -> None:
    with pytest.raises(CorpusError, match="2 of 2 files cannot be used"):
        usable_clips([CLIPS[1], CLIPS[3]], [], BROKEN, "skip")
    with pytest.raises(CorpusError, match="There are no clips"):
        usable_clips([], [], {}, "skip")
