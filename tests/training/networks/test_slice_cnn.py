"""Report 000's network: every combination that its comparisons need, with planes as large as its tables say."""

from itertools import product

import pytest
import torch
from torch import Tensor, nn

from training.networks.slice_cnn import SliceCnn
from training.networks.tagger import Tagger


def planes_of(tagger: Tagger, frames: Tensor) -> list[tuple[int, ...]]:
    """(width, frames, bins) behind each activation of a convolution, or behind the pooling if there is one."""
    shapes: list[tuple[int, ...]] = []
    kinds = (nn.MaxPool2d,) if any(isinstance(one, nn.MaxPool2d) for one in tagger.modules()) else (nn.Conv2d,)
    for module in tagger.modules():
        if isinstance(module, kinds):
            module.register_forward_hook(lambda _, __, output: shapes.append(tuple(output.shape[1:])))
    tagger(frames)
    return shapes


@pytest.mark.parametrize(
    ("pooling", "kernel", "shapes"),
    [
        (True, 2, [(32, 16, 64), (64, 8, 32), (128, 4, 16), (256, 2, 8)]),
        (False, 3, [(32, 32, 128), (64, 16, 64), (128, 8, 32), (256, 4, 16)]),
    ],
)
def test_planes_are_as_large_as_in_the_report(pooling: bool, kernel: int, shapes: list[tuple[int, ...]]) -> None:
    tagger = SliceCnn(pooling=pooling, kernel=kernel).build(128, 2).eval()
    assert planes_of(tagger, torch.zeros(1, 32, 128)) == shapes


@pytest.mark.parametrize(("pooling", "stride"), [*product([True, False], [2, 3])])
def test_sides_are_rounded_up_whatever_the_stride(pooling: bool, stride: int) -> None:
    network = SliceCnn.model_validate({"pooling": pooling, "kernel": 4, "stride": stride, "frames": 11})
    tagger = network.build(13, 2).eval()
    assert tagger(torch.zeros(2, 11, 13)).shape == (2, 2)


def test_what_is_odd_in_the_padding_goes_to_the_far_side() -> None:
    """With a kernel of 2, a point is seen at its own place and at the one before, never at the one behind."""
    tagger = SliceCnn(pooling=False, kernel=2).build(8, 2)
    padding, convolution = tagger.body[0], tagger.body[1]  # type: ignore[index]
    with torch.no_grad():
        convolution.weight.fill_(1)
        convolution.bias.zero_()
        point = torch.zeros(1, 1, 8, 8)
        point[0, 0, 7, 7] = 1
        seen = convolution(padding(point))[0, 0]
    assert seen.nonzero().tolist() == [[6, 6], [6, 7], [7, 6], [7, 7]]


def test_padding_of_the_pooling_is_never_the_maximum() -> None:
    tagger = SliceCnn(pooling=True, kernel=1, stride=3, activation="tanh", frames=4).build(4, 2)
    padding, pooling = tagger.body[3], tagger.body[4]  # type: ignore[index]
    assert (pooling(padding(torch.full((1, 1, 4, 4), -2.0))) == -2).all()


def test_the_activation_is_as_told() -> None:
    for activation, kind in (("relu", nn.ReLU), ("tanh", nn.Tanh)):
        tagger = SliceCnn.model_validate({"pooling": True, "kernel": 2, "activation": activation}).build(128, 2)
        assert sum(isinstance(module, kind) for module in tagger.modules()) == 5
