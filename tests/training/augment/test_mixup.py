import torch
from torch import Tensor

from training.augment.batch import Mixup

BATCH = 256
ONES = torch.eye(BATCH)
FRAMES = ONES[:, :, None].repeat(1, 1, 3) * -50
"""Item i holds -50 dB in frame i, and label i: weights and partners can be read off."""


def mixed(plan: Mixup, targets: Tensor = ONES, seed: int = 0) -> tuple[Tensor, Tensor]:
    frames, answers, _ = plan.apply(FRAMES, targets, torch.Generator().manual_seed(seed))
    return frames, answers


def test_frames_and_targets_are_mixed_by_the_same_weight() -> None:
    frames, targets = mixed(Mixup(probability=1, alpha=1))
    assert frames.dtype == targets.dtype == torch.float32
    torch.testing.assert_close(frames, targets[:, :, None].repeat(1, 1, 3) * -50)
    torch.testing.assert_close(targets.sum(dim=1), torch.ones(BATCH))
    assert (targets > 0).sum(dim=1).max() == 2
    torch.testing.assert_close(targets.sum(dim=0).sort().values.mean(), torch.tensor(1.0))


def test_weights_are_drawn_from_beta_for_each_item() -> None:
    for alpha in (0.3, 5.0):
        own = torch.cat([mixed(Mixup(probability=1, alpha=alpha), seed=seed)[1].diagonal() for seed in range(8)])
        assert abs(float(own.mean()) - 0.5) < 0.03
        assert abs(float(own.var()) - 1 / (4 * (2 * alpha + 1))) < 0.02
        assert len(set(own.tolist())) > 1_000


def test_the_inputs_are_left_alone() -> None:
    frames, targets = FRAMES.clone(), ONES.clone()
    mixed(Mixup(probability=1))
    assert torch.equal(FRAMES, frames)
    assert torch.equal(ONES, targets)


def test_unknown_stays_unknown_and_only_where_it_is_mixed_in() -> None:
    targets = torch.ones(BATCH, 2)
    targets[: BATCH // 2, 0] = float("nan")
    answer = mixed(Mixup(probability=1), targets)[1]
    assert answer[: BATCH // 2, 0].isnan().all()
    assert 0.3 < answer[BATCH // 2 :, 0].isnan().float().mean() < 0.7
    assert not answer[:, 1].isnan().any()


def test_probability_is_of_each_item() -> None:
    targets = torch.full((BATCH, 1), float("nan"))
    targets[0] = 1
    frames, answer = mixed(Mixup(probability=0), targets)
    assert torch.equal(frames, FRAMES)
    assert answer[0] == 1
    _, answer = mixed(Mixup(probability=0.5, alpha=10))
    changed = (answer != ONES).any(dim=1).sum()
    assert 90 < changed < 166


def test_it_tells_which_items_were_mixed() -> None:
    _, answer, chosen = Mixup(probability=0.5).apply(FRAMES, ONES, torch.Generator().manual_seed(0))
    changed = (answer != ONES).any(dim=1)
    assert 90 < chosen.sum() < 166
    assert not (changed & ~chosen).any()
    assert (chosen & ~changed).sum() < 5, "but for items that were mixed with themselves, or hardly"


def test_the_same_seed_gives_the_same() -> None:
    plan = Mixup(probability=1)
    assert torch.equal(mixed(plan, seed=3)[0], mixed(plan, seed=3)[0])
    assert not torch.equal(mixed(plan, seed=3)[0], mixed(plan, seed=4)[0])
