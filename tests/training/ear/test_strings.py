"""Strings of pieces: their truth is exact, and their seed says all."""

import numpy as np
import pytest

from training.ear.network import STEPS
from training.ear.programmes import best_cost, by_cost, pooled, scores_of
from training.ear.singing import sung
from training.ear.strings import (
    HOLDS,
    PROGRAMMES,
    RATE,
    STEP_SECONDS,
    SoundString,
    StringMaterial,
    StringPlan,
    StringSpan,
    string,
    trimmed,
)

PLAN = StringPlan(seconds=12.0, max_piece_seconds=3.0)


def test_equal_seeds_give_equal_strings(material: StringMaterial) -> None:
    first, again, other = (string(material, PLAN, (1, seed)) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first.samples, again.samples)
    assert first.spans == again.spans
    assert first.spans != other.spans


def test_spans_cover_the_string_and_pools_are_those_of_their_kind(material: StringMaterial) -> None:
    made = string(material, PLAN, (2,))
    assert made.samples.shape == (12 * RATE,)
    assert made.samples.dtype == np.float32
    assert made.spans[0].start == 0
    assert made.spans[-1].end == 12
    for earlier, later in zip(made.spans, made.spans[1:], strict=False):
        assert earlier.end == later.start
    pools = {"music": ("chords",), "speech": ("buzz",), "both": ("buzz", "chords"), "neither": ("noise",)}
    for span in made.spans:
        assert span.pools == pools.get(span.kind, span.pools)


def test_the_truth_of_a_step_is_the_part_of_it_that_holds() -> None:
    border = 2.5 * STEP_SECONDS
    made = SoundString(
        np.zeros(3 * RATE, dtype=np.float32),
        (StringSpan(0, border, "music", ("a",)), StringSpan(border, 3, "speech", ("b",))),
    )
    truth = made.truth()
    assert truth.shape == (1, STEPS, 2)
    np.testing.assert_allclose(truth[0, :4], np.array([[1, 0], [1, 0], [0.5, 0.5], [0, 1.0]]), atol=1e-6)


def test_music_and_speech_are_where_the_truth_says(material: StringMaterial) -> None:
    plan = StringPlan(seconds=30.0, min_piece_seconds=1, max_piece_seconds=3, shares=(1, 0, 0, 0, 0, 1))
    made = string(material, plan, (3,))
    for span in made.spans:
        inside = made.samples[round(span.start * RATE) : round(span.end * RATE)]
        assert bool(np.abs(inside).max() > 1e-3) == (span.kind == "music")


def test_both_has_speech_over_music_at_the_stated_ratio(material: StringMaterial) -> None:
    plan = StringPlan(
        seconds=3.0,
        shares=(0, 0, 1, 0, 0, 0),
        min_piece_seconds=3,
        max_piece_seconds=3.1,
        min_level_db=-20,
        max_level_db=-20,
    )
    made = string(material, plan, (4,))
    assert {span.kind for span in made.spans} == {"both"}
    assert np.sqrt(np.mean(made.samples**2)) == pytest.approx(0.1, rel=0.1)


def test_silent_ends_of_a_recording_are_left_out() -> None:
    sound = np.zeros(RATE, dtype=np.int16)
    sound[4_000:9_000] = 3_000
    assert len(trimmed(sound)) == pytest.approx(5_000, abs=700)


def test_singing_has_the_length_asked_for_and_sounds_throughout(material: StringMaterial) -> None:
    speech = (material.speech[0].sounds[0] / 32_768).astype(np.float32)
    for seed in range(6):
        song = sung(speech, 2 * RATE, np.random.default_rng(seed))
        assert song.shape == (2 * RATE,)
        assert np.isfinite(song).all()
        tenths = np.sqrt(np.mean(song.reshape(20, -1) ** 2, axis=1))
        assert tenths.max() > 0
        assert (tenths > 0.01 * tenths.max()).mean() > 0.8


def test_right_answers_score_full_marks_and_late_ones_do_not(material: StringMaterial) -> None:
    made = string(material, PROGRAMMES, (5,))
    truth = made.truth()
    perfect = scores_of(truth, made.spans, 0.1)
    assert perfect.time_right > 0.97
    assert perfect.found == 1
    assert perfect.false == 0
    assert perfect.median_error < STEP_SECONDS
    assert min(perfect.f1) > 0.98
    late = scores_of(np.roll(truth.reshape(-1, 2), 8, axis=0), made.spans, 0.1)
    assert late.found < 0.5
    assert late.median_error == pytest.approx(8 * STEP_SECONDS, abs=STEP_SECONDS)
    both = pooled([perfect, late])
    assert both.changes == perfect.changes + late.changes
    assert late.time_right < both.time_right < perfect.time_right


def test_a_higher_cost_tells_fewer_changes_and_the_best_cost_is_among_those_tried(material: StringMaterial) -> None:
    made = string(material, PROGRAMMES, (6,))
    noisy = np.clip(made.truth() + np.random.default_rng(0).normal(0, 0.45, made.truth().shape), 0.02, 0.98)
    scores = by_cost([noisy], [made.spans], (0.5, 3.0, 8.0))
    assert scores[0.5].changes_told > scores[3.0].changes_told >= scores[8.0].changes_told
    assert best_cost(scores) > 0.5, "the lowest cost tells a change at every turn"
    assert set(HOLDS) >= {span.kind for span in made.spans}
