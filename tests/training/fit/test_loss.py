"""Losses against PyTorch's own, and what unknown targets may not do."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from training.fit.loss import ImitationLoss, label_loss, right_share

NAN = float("nan")


def logits(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_softmax_is_cross_entropy(smoothing: float) -> None:
    said, truth = logits(6, 4), torch.tensor([0, 1, 2, 3, 0, 1])
    expected = functional.cross_entropy(said, truth, label_smoothing=smoothing)
    found = label_loss("softmax", smoothing)(said, functional.one_hot(truth, 4).float())
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)


def test_sigmoid_is_binary_cross_entropy_of_what_is_known() -> None:
    said = logits(3, 2)
    truth = torch.tensor([[1.0, 0.0], [NAN, 1.0], [0.0, NAN]])
    known = ~torch.isnan(truth)
    expected = functional.binary_cross_entropy_with_logits(said[known], truth[known])
    assert label_loss("sigmoid", 0.0)(said, truth).item() == pytest.approx(expected.item(), rel=1e-5)


def test_unknown_targets_pull_nowhere() -> None:
    said = logits(2, 2).requires_grad_()
    label_loss("sigmoid", 0.1)(said, torch.tensor([[NAN, 1.0], [NAN, 0.0]])).backward()  # type: ignore[no-untyped-call]
    assert said.grad is not None
    assert said.grad[:, 0].abs().sum() == 0
    assert (said.grad[:, 1].abs() > 0).all()


def test_nothing_known_is_no_loss() -> None:
    assert label_loss("sigmoid", 0.0)(logits(2, 2), torch.full((2, 2), NAN)).item() == 0


def test_numbers_are_imitated_squared_when_near_and_straight_when_far() -> None:
    lessons = logits(3, 5)
    loss = ImitationLoss([(5, False, 1.0)])
    assert loss(lessons, lessons).item() == 0
    assert loss(lessons + 0.1, lessons).item() == pytest.approx(0.005, rel=1e-4)
    assert loss(lessons + 100, lessons).item() == pytest.approx(99.5, rel=1e-4)


def test_probabilities_are_imitated_by_cross_entropy_and_weights_add_up() -> None:
    said, lessons = logits(4, 5), torch.rand(4, 5, generator=torch.Generator().manual_seed(2))
    numbers = functional.smooth_l1_loss(said[:, :2], lessons[:, :2])
    probabilities = functional.binary_cross_entropy_with_logits(said[:, 2:], lessons[:, 2:])
    loss = ImitationLoss([(2, False, 0.5), (3, True, 10.0)])
    assert loss.width == 5
    assert loss(said, lessons).item() == pytest.approx((0.5 * numbers + 10 * probabilities).item(), rel=1e-5)


def test_share_of_right_answers() -> None:
    said = torch.tensor([[2.0, 1.0], [0.0, 3.0], [5.0, 1.0], [1.0, 0.0]])
    truth = functional.one_hot(torch.tensor([0, 1, 1, 0]), 2).float()
    assert right_share("softmax")(said, truth) == 0.75
    sides = torch.tensor([[1.0, NAN], [1.0, 1.0], [1.0, 0.0], [0.0, NAN]])
    assert right_share("sigmoid")(said, sides) == pytest.approx(3 / 6)
