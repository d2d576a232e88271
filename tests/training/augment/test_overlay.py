import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from pydantic import ValidationError

from tests.tones import noise, silence, tone
from tests.training.augment.takes import always, decibels, level_db, no_other, take_of
from training.augment.mixing import DRAWS, Overlay, UnknownLabel, union
from training.augment.take import Draw, Take

LABELS = ("music", "speech", "scene")
NAN = float("nan")
MUSIC = take_of(tone(440, 1), 1, 0, 0)
SPEECH = take_of(tone(1_500, 1), 0, 1, NAN)
SCENE = take_of(noise(1), 0, 0, 1)
ONLY = Overlay(probability=1, between=("music", "speech")).for_labels(LABELS)


def amplitude_at(samples: np.ndarray, hertz: float) -> float:
    time = np.arange(len(samples)) / 16_000
    return float(2 * np.abs(np.mean(samples * np.exp(-2j * np.pi * hertz * time))))


def in_turn(takes: Sequence[Take]) -> Draw:
    them = iter(takes)
    return lambda _: next(them)


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        (1, 0, 1),
        (1, 1, 1),
        (0, 0, 0),
        (1, NAN, 1),
        (0, NAN, NAN),
        (NAN, NAN, NAN),
        (0.3, 0.6, 0.6),
        (0.3, NAN, NAN),
        (0.3, 1, 1),
    ],
)
def test_the_union_of_targets(first: float, second: float, both: float) -> None:
    for one, two in itertools.permutations((first, second)):
        answer = union(np.array([one], dtype=np.float32), np.array([two], dtype=np.float32))
        assert answer.dtype == np.float32
        np.testing.assert_allclose(answer, [both])


@pytest.mark.parametrize("snr_db", [-10.0, 0.0, 6.0])
def test_both_are_heard_at_the_snr_and_the_level_does_not_tell(snr_db: float) -> None:
    step = Overlay(probability=1, min_snr_db=snr_db, max_snr_db=snr_db).for_labels(LABELS)
    mixed = step.apply(MUSIC, always(SPEECH), np.random.default_rng(0))
    heard = decibels(amplitude_at(mixed.samples, 440) / amplitude_at(mixed.samples, 1_500))
    assert heard == pytest.approx(snr_db, abs=0.01)
    assert level_db(mixed.samples) == pytest.approx(level_db(MUSIC.samples), abs=1e-3)
    np.testing.assert_array_equal(mixed.targets, [1, 1, NAN])


def test_a_shorter_one_is_repeated() -> None:
    short = take_of(tone(1_500, 0.25), 0, 1, 0)
    mixed = Overlay(probability=1).for_labels(LABELS).apply(MUSIC, always(short), np.random.default_rng(0))
    assert amplitude_at(mixed.samples[-4_000:], 1_500) == pytest.approx(amplitude_at(mixed.samples[:4_000], 1_500))
    assert amplitude_at(mixed.samples[-4_000:], 1_500) > 0.01


def test_between_two_labels_only_they_are_mixed_either_way_round() -> None:
    rng = np.random.default_rng(0)
    for take, other in ((MUSIC, SPEECH), (SPEECH, MUSIC)):
        np.testing.assert_array_equal(ONLY.apply(take, always(other), rng).targets[:2], [1, 1])
    assert ONLY.apply(MUSIC, always(SCENE), rng) is MUSIC
    assert ONLY.apply(MUSIC, always(MUSIC), rng) is MUSIC
    assert ONLY.apply(SCENE, no_other, rng) is SCENE


def test_it_looks_for_the_other_label_some_times() -> None:
    rng = np.random.default_rng(0)
    assert ONLY.apply(MUSIC, in_turn([SCENE] * (DRAWS - 1) + [SPEECH]), rng).targets[1] == 1
    assert ONLY.apply(MUSIC, in_turn([SCENE] * DRAWS), rng) is MUSIC


def test_what_is_silent_is_not_said_to_be_heard() -> None:
    rng = np.random.default_rng(0)
    anything = Overlay(probability=1).for_labels(LABELS)
    quiet = take_of(silence(1), 0, 1, 0)
    assert anything.apply(MUSIC, always(quiet), rng) is MUSIC
    assert anything.apply(quiet, no_other, rng) is quiet
    late = take_of(np.concatenate([silence(1), tone(1_500, 1)]), 0, 1, 0)
    assert anything.apply(MUSIC, always(late), rng) is MUSIC, "what would be mixed in is silent"


def test_labels_are_checked_by_name() -> None:
    with pytest.raises(UnknownLabel, match=r"names 'musik'; the labels are music, speech, scene\."):
        Overlay(probability=1, between=("musik", "speech")).for_labels(LABELS)
    with pytest.raises(ValidationError, match="it has 'music' twice"):
        Overlay(probability=1, between=("music", "music"))
