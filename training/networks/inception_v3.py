"""Report 003, fourth model: Inception-v3 (Szegedy et al. 2015) without its classifier, and the report's head."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from training.networks.picture_cnn import CHANNELS, PictureNetwork, dense_on_means
from training.networks.published_weights import PretrainedNetwork
from training.networks.tagger import Tagger

_SQUARE, _WIDE, _HIGH = (3, 3), (1, 7), (7, 1)
WIDTH = 2048
DENSE = 512
EPSILON = 1e-3


@dataclass(frozen=True, slots=True)
class InceptionStep:
    """A convolution with batch normalisation; `kernel` along frames and bins."""

    name: str
    width: int
    kernel: tuple[int, int] = (1, 1)
    stride: int = 1
    is_padded: bool = True


@dataclass(frozen=True, slots=True)
class InceptionBranch:
    """Pooling, then steps one after the other, then those of `fork` side by side."""

    steps: tuple[InceptionStep, ...] = ()
    fork: tuple[InceptionStep, ...] = ()
    pooling: Literal["mean", "max"] | None = None
    """Means of 3 x 3 points, or maxima of every second 3 x 3."""


def _small(pooled: int) -> tuple[InceptionBranch, ...]:
    return (
        InceptionBranch((InceptionStep("branch1x1", 64),)),
        InceptionBranch((InceptionStep("branch5x5_1", 48), InceptionStep("branch5x5_2", 64, (5, 5)))),
        InceptionBranch(
            (
                InceptionStep("branch3x3dbl_1", 64),
                InceptionStep("branch3x3dbl_2", 96, _SQUARE),
                InceptionStep("branch3x3dbl_3", 96, _SQUARE),
            )
        ),
        InceptionBranch((InceptionStep("branch_pool", pooled),), pooling="mean"),
    )


def _long(inside: int) -> tuple[InceptionBranch, ...]:
    return (
        InceptionBranch((InceptionStep("branch1x1", 192),)),
        InceptionBranch(
            (
                InceptionStep("branch7x7_1", inside),
                InceptionStep("branch7x7_2", inside, _WIDE),
                InceptionStep("branch7x7_3", 192, _HIGH),
            )
        ),
        InceptionBranch(
            (
                InceptionStep("branch7x7dbl_1", inside),
                InceptionStep("branch7x7dbl_2", inside, _HIGH),
                InceptionStep("branch7x7dbl_3", inside, _WIDE),
                InceptionStep("branch7x7dbl_4", inside, _HIGH),
                InceptionStep("branch7x7dbl_5", 192, _WIDE),
            )
        ),
        InceptionBranch((InceptionStep("branch_pool", 192),), pooling="mean"),
    )


_FORKED = (
    InceptionBranch((InceptionStep("branch1x1", 320),)),
    InceptionBranch(
        (InceptionStep("branch3x3_1", 384),),
        fork=(InceptionStep("branch3x3_2a", 384, (1, 3)), InceptionStep("branch3x3_2b", 384, (3, 1))),
    ),
    InceptionBranch(
        (InceptionStep("branch3x3dbl_1", 448), InceptionStep("branch3x3dbl_2", 384, _SQUARE)),
        fork=(InceptionStep("branch3x3dbl_3a", 384, (1, 3)), InceptionStep("branch3x3dbl_3b", 384, (3, 1))),
    ),
    InceptionBranch((InceptionStep("branch_pool", 192),), pooling="mean"),
)
STEM = (
    InceptionStep("Conv2d_1a_3x3", 32, _SQUARE, stride=2, is_padded=False),
    InceptionStep("Conv2d_2a_3x3", 32, _SQUARE, is_padded=False),
    InceptionStep("Conv2d_2b_3x3", 64, _SQUARE),
    "maxpool1",
    InceptionStep("Conv2d_3b_1x1", 80),
    InceptionStep("Conv2d_4a_3x3", 192, _SQUARE, is_padded=False),
    "maxpool2",
)
MIXED = {
    "Mixed_5b": _small(32),
    "Mixed_5c": _small(64),
    "Mixed_5d": _small(64),
    "Mixed_6a": (
        InceptionBranch((InceptionStep("branch3x3", 384, _SQUARE, stride=2, is_padded=False),)),
        InceptionBranch(
            (
                InceptionStep("branch3x3dbl_1", 64),
                InceptionStep("branch3x3dbl_2", 96, _SQUARE),
                InceptionStep("branch3x3dbl_3", 96, _SQUARE, stride=2, is_padded=False),
            )
        ),
        InceptionBranch(pooling="max"),
    ),
    "Mixed_6b": _long(128),
    "Mixed_6c": _long(160),
    "Mixed_6d": _long(160),
    "Mixed_6e": _long(192),
    "Mixed_7a": (
        InceptionBranch(
            (InceptionStep("branch3x3_1", 192), InceptionStep("branch3x3_2", 320, _SQUARE, stride=2, is_padded=False))
        ),
        InceptionBranch(
            (
                InceptionStep("branch7x7x3_1", 192),
                InceptionStep("branch7x7x3_2", 192, _WIDE),
                InceptionStep("branch7x7x3_3", 192, _HIGH),
                InceptionStep("branch7x7x3_4", 192, _SQUARE, stride=2, is_padded=False),
            )
        ),
        InceptionBranch(pooling="max"),
    ),
    "Mixed_7b": _FORKED,
    "Mixed_7c": _FORKED,
}


class InceptionV3(PictureNetwork, PretrainedNetwork):
    """Weights are in torchvision's layout; left out are the classifiers of photographs."""

    LEFT_OUT = ("fc.", "AuxLogits.")
    kind: Literal["inception_v3"] = "inception_v3"
    size: int = Field(default=256, ge=75, le=1024)

    def untrained(self) -> nn.Module:
        return inception()

    def build(self, bins: int, outputs: int) -> Tagger:
        body = nn.Sequential(self.picture(), self.pretrained(), *dense_on_means(WIDTH, DENSE))
        return Tagger(bins, body, DENSE, outputs, self.dropout)


def inception() -> nn.Sequential:
    """float32 (batch, 3, 256, 256) -> (batch, 2048, 6, 6). Layers have the names that torchvision's weights have."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    before = CHANNELS
    for part in STEM:
        if isinstance(part, str):
            layers[part] = nn.MaxPool2d(3, 2)
        else:
            layers[part.name] = _convolution(before, part)
            before = part.width
    for name, branches in MIXED.items():
        mixed = _Mixed(before, branches)
        layers[name], before = mixed, mixed.width
    return nn.Sequential(layers)


class _Mixed(nn.Module):
    """Branches side by side."""

    def __init__(self, before: int, branches: tuple[InceptionBranch, ...]) -> None:
        super().__init__()
        self.width = 0
        self._branches = branches
        for branch in branches:
            inside = before
            for step in branch.steps:
                self.add_module(step.name, _convolution(inside, step))
                inside = step.width
            for step in branch.fork:
                self.add_module(step.name, _convolution(inside, step))
            self.width += sum(step.width for step in branch.fork) or inside
        self.mean = nn.AvgPool2d(3, 1, padding=1)
        self.max = nn.MaxPool2d(3, 2)

    def forward(self, planes: Tensor) -> Tensor:
        answers: list[Tensor] = []
        for branch in self._branches:
            inside = self.get_submodule(branch.pooling)(planes) if branch.pooling else planes
            for step in branch.steps:
                inside = self.get_submodule(step.name)(inside)
            answers += [self.get_submodule(step.name)(inside) for step in branch.fork] or [inside]
        return torch.cat(answers, dim=1)


def _convolution(before: int, step: InceptionStep) -> nn.Sequential:
    """The normalisation's scale is not learned, as in the report's count: the layer behind can do what it would."""
    height, width = step.kernel
    padding = (height // 2, width // 2) if step.is_padded else (0, 0)
    normalise = nn.BatchNorm2d(step.width, eps=EPSILON)
    normalise.weight.requires_grad_(False)
    convolve = nn.Conv2d(before, step.width, step.kernel, step.stride, padding, bias=False)
    return nn.Sequential(OrderedDict(conv=convolve, bn=normalise, relu=nn.ReLU()))
