import tomllib

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from service.inference.manifest import explain
from tests.tones import noise, tone
from tests.training.augment.takes import always, no_other, take_of
from training.augment.augment_plan import AugmentPlan
from training.augment.mixing import UnknownLabel
from training.augment.waveform import Gain

RECIPE = """
[augment.gain]
probability = 0.5

[augment.codec]
probability = 0.1
codecs = ["opus"]

[augment.overlay]
probability = 1
between = ["music", "speech"]

[augment.mixup]
probability = 0.5

[augment.spec_augment]
probability = 1.0
max_frames = 10
"""
LABELS = ("speech", "music")


def plan_of(text: str) -> AugmentPlan:
    return AugmentPlan.model_validate(tomllib.loads(text)["augment"])


def test_a_table_switches_one_on_with_its_parameters() -> None:
    plan = plan_of(RECIPE)
    assert plan.gain == Gain(probability=0.5)
    assert plan.codec is not None
    assert plan.codec.codecs == ("opus",)
    assert plan.noise is None


def test_the_chain_has_what_is_on_in_the_order_of_the_plan() -> None:
    names = [type(step).__name__ for step in plan_of(RECIPE).for_labels(LABELS).steps]
    assert names == ["LabelledOverlay", "Gain", "Codec"]
    every = AugmentPlan.model_validate({name: {"probability": 1} for name in AugmentPlan.model_fields})
    chain = every.for_labels(LABELS).steps
    order = [type(step).__name__.removeprefix("Labelled").lower() for step in chain]
    assert order == [name.replace("_", "") for name in AugmentPlan.model_fields][:10]


def test_a_whole_chain_runs_and_is_reproducible() -> None:
    every = AugmentPlan.model_validate({name: {"probability": 1} for name in AugmentPlan.model_fields})
    chain = every.for_labels(LABELS)
    take, other = take_of(noise(1), 1, 0), take_of(tone(500, 1), 0, 1)
    first, again = (chain.augment(take, always(other), np.random.default_rng(9)) for _ in range(2))
    assert first.samples.shape == (16_000,)
    assert first.samples.dtype == np.float32
    np.testing.assert_array_equal(first.samples, again.samples)
    np.testing.assert_array_equal(first.targets, [1, 1])


def test_overlay_finds_its_labels_by_name() -> None:
    chain = plan_of("[augment.overlay]\nprobability = 1\nbetween = ['music', 'speech']").for_labels(["x", *LABELS])
    speech, music = take_of(noise(1), 0, 1, 0), take_of(tone(500, 1), 0, 0, 1)
    mixed = chain.augment(speech, always(music), np.random.default_rng(0))
    np.testing.assert_array_equal(mixed.targets, [0, 1, 1])
    with pytest.raises(UnknownLabel, match="'music'"):
        plan_of(RECIPE).for_labels(["rock", "jazz"])


def test_batches_are_mixed_then_masked() -> None:
    plan = AugmentPlan.model_validate(
        {"mixup": {"probability": 1}, "spec_augment": {"probability": 1, "time_masks": 4}}
    )
    frames = torch.randn(16, 50, 20, generator=torch.Generator().manual_seed(0))
    targets = torch.eye(16)
    mixed, mixed_targets = plan.augment_batch(frames, targets, torch.Generator().manual_seed(1))
    hidden = (mixed == mixed[:, :, :1]).all(dim=2)
    assert hidden.any(), "a mask before the mixing would not be flat"
    assert not torch.equal(mixed_targets, targets)


def test_an_empty_plan_changes_nothing() -> None:
    plan, take, frames = AugmentPlan(), take_of(noise(0.1)), torch.randn(2, 5, 4)
    assert plan.for_labels(LABELS).augment(take, no_other, np.random.default_rng(0)) is take
    assert torch.equal(plan.augment_batch(frames, torch.ones(2, 1), torch.Generator())[0], frames)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[augment.gian]\nprobability = 1", "gian: Extra inputs are not permitted"),
        ("[augment.gain]\nprobability = 1\nmin = 3", "gain.min: Extra inputs are not permitted"),
        ("[augment.gain]\nmin_db = 0", "gain.probability: Field required"),
        ("[augment.gain]\nprobability = 1\nmin_db = 9\nmax_db = 3", "gain: min_db 9.0 is above max_db 3.0"),
        ("[augment.gain]\nprobability = 1\nmax_db = inf", "gain.max_db: Input should be a finite number"),
    ],
)
def test_mistakes_are_named_with_their_place(text: str, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        plan_of(text)
    assert explain(refused.value) == message
