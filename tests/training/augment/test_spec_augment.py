import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from training.augment.batch import SpecAugment

FRAMES = -40 + 10 * torch.randn(64, 100, 32, generator=torch.Generator().manual_seed(0))


def masked(plan: SpecAugment, frames: Tensor = FRAMES, seed: int = 1) -> Tensor:
    return plan.apply(frames, torch.zeros(len(frames), dtype=torch.bool), torch.Generator().manual_seed(seed))


def widths(hidden: Tensor) -> Tensor:
    """How long the one stretch in each row of bool (batch, n) is; fails if there are two."""
    edges = torch.nn.functional.pad(hidden.int(), (1, 1)).diff(dim=1)
    assert (edges == 1).sum(dim=1).max() <= 1
    return hidden.sum(dim=1)


def test_one_mask_hides_a_stretch_of_each_items_own() -> None:
    original = FRAMES.clone()
    changed = masked(SpecAugment(probability=1, time_masks=1, max_frames=30, frequency_masks=0))
    assert torch.equal(FRAMES, original)
    hidden = (changed != FRAMES).all(dim=2)
    assert torch.equal(hidden, (changed != FRAMES).any(dim=2))
    wide = widths(hidden)
    assert wide.max() <= 30
    assert wide.max() >= 27
    assert len(set(wide.tolist())) > 15
    assert hidden[:, :20].any(), "masks start anywhere"
    assert hidden[:, -20:].any()
    assert hidden.any(dim=0).sum() > 90


def test_frequencies_are_hidden_for_the_whole_time() -> None:
    changed = masked(SpecAugment(probability=1, time_masks=0, frequency_masks=1, max_bins=8))
    hidden = (changed != FRAMES).all(dim=1)
    assert torch.equal(hidden, (changed != FRAMES).any(dim=1))
    assert widths(hidden).max() == 8


def test_the_mask_is_the_items_mean() -> None:
    changed = masked(SpecAugment(probability=1))
    means = FRAMES.mean(dim=(1, 2), keepdim=True).expand_as(FRAMES)
    hidden = changed != FRAMES
    torch.testing.assert_close(changed[hidden], means[hidden])
    assert 0.1 < hidden.float().mean() < 0.6


def test_probability_is_of_each_item() -> None:
    assert torch.equal(masked(SpecAugment(probability=0)), FRAMES)
    plan = SpecAugment(probability=0.5, time_masks=4)
    changed = (masked(plan) != FRAMES).flatten(1).any(dim=1)
    assert 16 < changed.sum() < 48


def test_the_same_seed_gives_the_same() -> None:
    plan = SpecAugment(probability=1)
    assert torch.equal(masked(plan, seed=3), masked(plan, seed=3))
    assert not torch.equal(masked(plan, seed=3), masked(plan, seed=4))


def test_masks_longer_than_the_item_are_as_long_as_it_at_most() -> None:
    plan = SpecAugment(probability=1, time_masks=1, max_frames=1_000, frequency_masks=0)
    wide = widths((masked(plan) != FRAMES).any(dim=2))
    assert wide.max() > 90
    assert 35 < wide.float().mean() < 65


def test_a_mask_of_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="max_frames"):
        SpecAugment(probability=1, max_frames=0)


def test_mixtures_may_be_masked_more_often_than_others() -> None:
    plan = SpecAugment(probability=0.1, mixed_probability=0.9, time_masks=16)
    frames = FRAMES.repeat(16, 1, 1)
    mixed = torch.arange(len(frames)) % 2 == 0
    changed = (plan.apply(frames, mixed, torch.Generator().manual_seed(0)) != frames).any(dim=(1, 2))
    assert 0.85 < changed[mixed].float().mean() < 0.95
    assert 0.05 < changed[~mixed].float().mean() < 0.15
