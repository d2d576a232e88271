"""Report 002: three dense layers, and nothing else."""

from typing import Literal

from pydantic import Field
from torch import nn

from training.networks.dense import DenseNetwork


class DenseSimple(DenseNetwork):
    WIDTHS = (512, 256, 64)
    kind: Literal["dense_simple"] = "dense_simple"
    dropout: float = Field(default=0.2, ge=0, lt=1)

    def layer(self, before: int, after: int) -> list[nn.Module]:
        return [nn.Linear(before, after), nn.ReLU()]
