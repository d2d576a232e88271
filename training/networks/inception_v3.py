"""Report 003, fourth model: Inception-v3 (Szegedy et al. 2015) without its classifier, and the report's head."""

from collections import OrderedDict
from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from training.networks.inception_layers import MIXED, STEM, Branch, Step
from training.networks.picture import CHANNELS, PictureNetwork, dense_on_means
from training.networks.pretrained import PretrainedNetwork
from training.networks.tagger import Tagger

WIDTH = 2048
DENSE = 512
EPSILON = 1e-3


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

    def __init__(self, before: int, branches: tuple[Branch, ...]) -> None:
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


def _convolution(before: int, step: Step) -> nn.Sequential:
    """The normalisation's scale is not learned, as in the report's count: the layer behind can do what it would."""
    height, width = step.kernel
    padding = (height // 2, width // 2) if step.is_padded else (0, 0)
    normalise = nn.BatchNorm2d(step.width, eps=EPSILON)
    normalise.weight.requires_grad_(False)
    convolve = nn.Conv2d(before, step.width, step.kernel, step.stride, padding, bias=False)
    return nn.Sequential(OrderedDict(conv=convolve, bn=normalise, relu=nn.ReLU()))
