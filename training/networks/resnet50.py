"""Report 003, fifth model: ResNet-50 (He et al. 2015) without its classifier, and the report's head."""

from collections import OrderedDict
from typing import Literal

import torch
from torch import Tensor, nn

from training.networks.picture_cnn import CHANNELS, PictureNetwork, dense_on_means
from training.networks.published_weights import PretrainedNetwork
from training.networks.tagger import Tagger

STEM = 64
STAGES = ((64, 3), (128, 4), (256, 6), (512, 3))
"""Width inside the blocks of each stage, and how many there are."""
EXPANSION = 4
"""A block gives so many times its inner width."""
DENSE = 512


class Resnet50(PictureNetwork, PretrainedNetwork):
    """Weights are in torchvision's layout; left out is the classifier of photographs."""

    LEFT_OUT = ("fc.",)
    MAY_LACK = ("conv1.bias", "conv2.bias", "conv3.bias", "downsample.0.bias")
    kind: Literal["resnet50"] = "resnet50"

    def untrained(self) -> nn.Module:
        return resnet()

    def build(self, bins: int, outputs: int) -> Tagger:
        body = nn.Sequential(self.picture(), self.pretrained(), *dense_on_means(EXPANSION * STAGES[-1][0], DENSE))
        return Tagger(bins, body, DENSE, outputs, self.dropout)


def resnet() -> nn.Sequential:
    """float32 (batch, 3, 256, 256) -> (batch, 2048, 8, 8). Layers have the names that torchvision's weights have."""
    layers: OrderedDict[str, nn.Module] = OrderedDict(
        conv1=_convolution(CHANNELS, STEM, 7, stride=2),
        bn1=nn.BatchNorm2d(STEM),
        relu=nn.ReLU(),
        maxpool=nn.MaxPool2d(3, 2, padding=1),
    )
    before = STEM
    for number, (inside, blocks) in enumerate(STAGES, 1):
        stage: list[nn.Module] = []
        for block in range(blocks):
            stage.append(_ResidualBlock(before, inside, stride=2 if number > 1 and block == 0 else 1))
            before = EXPANSION * inside
        layers[f"layer{number}"] = nn.Sequential(*stage)
    return nn.Sequential(layers)


class _ResidualBlock(nn.Module):
    """Where it makes the planes smaller, the 3 x 3 convolution does, as torchvision's weights were learned. A new block
    changes nothing: with random changes, fifty layers would make noise of the last digit of a number."""

    def __init__(self, before: int, inside: int, stride: int) -> None:
        super().__init__()
        after = EXPANSION * inside
        self.conv1, self.bn1 = _convolution(before, inside, 1), nn.BatchNorm2d(inside)
        self.conv2, self.bn2 = _convolution(inside, inside, 3, stride), nn.BatchNorm2d(inside)
        self.conv3, self.bn3 = _convolution(inside, after, 1), nn.BatchNorm2d(after)
        nn.init.zeros_(self.bn3.weight)
        is_same = before == after and stride == 1
        self.downsample = (
            nn.Identity() if is_same else nn.Sequential(_convolution(before, after, 1, stride), nn.BatchNorm2d(after))
        )

    def forward(self, planes: Tensor) -> Tensor:
        inside = torch.relu(self.bn1(self.conv1(planes)))
        inside = torch.relu(self.bn2(self.conv2(inside)))
        return torch.relu(self.bn3(self.conv3(inside)) + self.downsample(planes))


def _convolution(before: int, after: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    """With a bias, as in the report's count; torchvision's has none, and the normalisation behind takes it away."""
    made = nn.Conv2d(before, after, kernel, stride, padding=kernel // 2)
    assert made.bias is not None
    nn.init.zeros_(made.bias)
    return made
