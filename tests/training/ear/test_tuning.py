"""The head over steps learns, and tuning that was interrupted goes on to equal weights."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from training.ear.network import random_ear
from training.ear.steps_head import HeadPlan, SingingEvidence, StepsHead, answers_of, audible_steps, fit_steps_head
from training.ear.strings import LABELS, StringMaterial, StringPlan, string
from training.ear.tuning import Tuned, TuningPlan, frames_of, tune

TINY = 0.05
SMALL_HEAD = HeadPlan(hidden=8, kernel=3, apart=(1,))
PLAN = TuningPlan(epochs=2, windows=6, batch=3, strings=StringPlan(seconds=3.0, max_piece_seconds=3.0))


class Interrupted(Exception):
    pass


def tuned(material: StringMaterial, plan: TuningPlan, folder: Path | None, stop_after: int | None = None) -> Tuned:
    ear, tags = random_ear(1, TINY)
    singing = SingingEvidence(ear, tags, [3, 5])
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(0)
        head = StepsHead(ear.step_width, len(LABELS), SMALL_HEAD, singing).eval()

    def on_batch(done: int, of: int) -> None:
        assert 0 < done <= of == 4
        if done == stop_after:
            raise Interrupted

    return tune(ear, tags, head, material, plan, seed=9, folder=folder, on_batch=on_batch)


def test_an_interrupted_tuning_goes_on_to_equal_weights(material: StringMaterial, tmp_path: Path) -> None:
    whole = tuned(material, PLAN, None)
    with pytest.raises(Interrupted):
        tuned(material, PLAN, tmp_path, stop_after=3)
    resumed = tuned(material, PLAN, tmp_path)
    for ours, theirs in zip(
        (whole.ear, whole.tags, whole.head), (resumed.ear, resumed.tags, resumed.head), strict=True
    ):
        for name, array in ours.state_dict().items():
            torch.testing.assert_close(theirs.state_dict()[name], array, rtol=0, atol=0, msg=name)


def test_tuning_moves_weights_but_neither_statistics_nor_the_first_convolution(material: StringMaterial) -> None:
    before, _ = random_ear(1, TINY)
    after = tuned(material, replace(PLAN, averaging=0.5), None).ear
    moved = {name for name, array in before.state_dict().items() if not torch.equal(array, after.state_dict()[name])}
    assert any(name.startswith("blocks.14") for name in moved)
    assert not any("running" in name or name.startswith("stem") for name in moved)


def test_a_head_on_a_random_ear_learns_tones_from_noise_per_step(material: StringMaterial) -> None:
    ear, _ = random_ear(2, TINY)
    plan = StringPlan(seconds=3.0, min_piece_seconds=0.8, max_piece_seconds=2.5, shares=(1, 0, 0, 1, 0, 0))
    made = [string(material, plan, (seed,)) for seed in range(60)]
    with torch.inference_mode():
        _, steps = ear(torch.from_numpy(np.stack([frames_of(one.samples)[:300] for one in made])))
    truth = np.concatenate([one.truth() for one in made])
    losses: list[float] = []
    head = fit_steps_head(
        steps[:45].numpy(),
        truth[:45],
        replace(SMALL_HEAD, epochs=40, batch=15, learning_rate=1e-2, dropout=0.0),
        seed=1,
        on_epoch=lambda _epoch, loss: losses.append(loss),
    )
    answers = answers_of(head, steps[45:].numpy())
    clear = (truth[45:, :, 0] == 0) | (truth[45:, :, 0] == 1)
    right = (answers[..., 0] > 0.5) == (truth[45:, :, 0] > 0.5)
    assert right[clear].mean() > 0.9
    assert losses[-1] < losses[0]
    assert answers[..., 1].max() < 0.5


def test_steps_without_weight_teach_nothing() -> None:
    rng = np.random.default_rng(0)
    steps = rng.normal(size=(20, 19, 6)).astype(np.float32)
    truth = np.repeat((steps[..., :1] > 0).astype(np.float32), 2, axis=2)
    wrong = truth.copy()
    wrong[10:] = 1 - wrong[10:]
    weights = np.ones((20, 19), dtype=np.float32)
    weights[10:] = 0
    plan = HeadPlan(hidden=8, kernel=1, apart=(1,), epochs=80, batch=20, learning_rate=2e-2, dropout=0.0)
    answers = answers_of(fit_steps_head(steps, wrong, plan, 0, weights), steps)
    assert ((answers[..., 0] > 0.5) == (truth[..., 0] > 0.5)).mean() > 0.9


def test_evidence_of_singing_is_the_chance_that_any_of_its_tags_holds() -> None:
    ear, tags = random_ear(2, TINY)
    last = torch.randn(3, 19, ear.last)
    with torch.inference_mode():
        evidence = SingingEvidence(ear, tags, [3, 5])(last)
        answers = torch.sigmoid(tags.answer(ear.hidden(last.mean(1))))[:, [3, 5]]
    assert evidence.shape == (3, 19, 2)
    # In the middle of the window, 19 steps are all of it.
    torch.testing.assert_close(torch.sigmoid(evidence[:, 9, 1]), 1 - (1 - answers).prod(1))


def test_pauses_have_no_weight() -> None:
    frames = np.full((2, 300, 128), -0.5, dtype=np.float32)
    frames[1, 150:] = -2.2
    weights = audible_steps(frames)
    assert weights.shape == (2, 19)
    assert weights[0].all()
    assert weights[1].tolist() == [1.0] * 10 + [0.0] * 9  # the tenth step ends at frame 157.9


def test_singing_that_the_tags_are_sure_of_is_music_and_leaves_speech_alone() -> None:
    ear, tags = random_ear(2, TINY)
    plain = SingingEvidence(ear, tags, [3, 5])
    sure = SingingEvidence(ear, tags, [3, 5])
    with torch.no_grad():
        plain.answer.bias.fill_(-20)
        sure.answer.bias.fill_(20)
    steps = torch.randn(2, 19, ear.step_width)
    answers = []
    for singing in (plain, sure):
        with torch.random.fork_rng(devices=()):
            torch.manual_seed(0)
            head = StepsHead(ear.step_width, 2, SMALL_HEAD, singing).eval()
        with torch.no_grad():
            head.narrow.weight[:, -2:] = 0  # what was learned from the evidence itself
            answers.append(torch.sigmoid(head(steps)))
    without, heard = answers
    assert (heard[..., 0] > 0.99).all()
    torch.testing.assert_close(heard[..., 1], without[..., 1])
    assert (without[..., 0] < 0.99).any()
