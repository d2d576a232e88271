"""Losses against PyTorch's own, and what unknown targets may not do."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from training.fit.fitting import label_loss, right_share

NAN = float("nan")


def logits(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(1))


def test_softmax_is_cross_entropy() -> None:
    said, truth = logits(6, 4), torch.tensor([0, 1, 2, 3, 0, 1])
    expected = functional.cross_entropy(said, truth)
    found = label_loss("softmax")(said, functional.one_hot(truth, 4).float())
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)


def test_sigmoid_is_binary_cross_entropy_of_what_is_known() -> None:
    said = logits(3, 2)
    truth = torch.tensor([[1.0, 0.0], [NAN, 1.0], [0.0, NAN]])
    known = ~torch.isnan(truth)
    expected = functional.binary_cross_entropy_with_logits(said[known], truth[known])
    assert label_loss("sigmoid")(said, truth).item() == pytest.approx(expected.item(), rel=1e-5)


def test_unknown_targets_pull_nowhere() -> None:
    said = logits(2, 2).requires_grad_()
    label_loss("sigmoid")(said, torch.tensor([[NAN, 1.0], [NAN, 0.0]])).backward()  # type: ignore[no-untyped-call]
    assert said.grad is not None
    assert said.grad[:, 0].abs().sum() == 0
    assert (said.grad[:, 1].abs() > 0).all()


def test_nothing_known_is_no_loss() -> None:
    assert label_loss("sigmoid")(logits(2, 2), torch.full((2, 2), NAN)).item() == 0


def test_share_of_right_answers() -> None:
    said = torch.tensor([[2.0, 1.0], [0.0, 3.0], [5.0, 1.0], [1.0, 0.0]])
    truth = functional.one_hot(torch.tensor([0, 1, 1, 0]), 2).float()
    assert right_share("softmax")(said, truth) == 0.75
    sides = torch.tensor([[1.0, NAN], [1.0, 1.0], [1.0, 0.0], [0.0, NAN]])
    assert right_share("sigmoid")(said, sides) == pytest.approx(3 / 6)
