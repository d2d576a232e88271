"""Report 002: five dense layers with batch normalisation."""

from typing import Literal

from torch import nn

from training.networks.dense import DenseNetwork


class DenseDeep(DenseNetwork):
    WIDTHS = (1024, 512, 256, 128, 64)
    kind: Literal["dense_deep"] = "dense_deep"

    def layer(self, before: int, after: int) -> list[nn.Module]:
        return [nn.Linear(before, after), nn.ReLU(), nn.BatchNorm1d(after)]
