"""The layers of Inception-v3: how wide each is, and what stands beside what."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Step:
    """A convolution with batch normalisation; `kernel` along frames and bins."""

    name: str
    width: int
    kernel: tuple[int, int] = (1, 1)
    stride: int = 1
    is_padded: bool = True


@dataclass(frozen=True, slots=True)
class Branch:
    """Pooling, then steps one after the other, then those of `fork` side by side."""

    steps: tuple[Step, ...] = ()
    fork: tuple[Step, ...] = ()
    pooling: Literal["mean", "max"] | None = None
    """Means of 3 x 3 points, or maxima of every second 3 x 3."""


_SQUARE, _WIDE, _HIGH = (3, 3), (1, 7), (7, 1)


def _small(pooled: int) -> tuple[Branch, ...]:
    return (
        Branch((Step("branch1x1", 64),)),
        Branch((Step("branch5x5_1", 48), Step("branch5x5_2", 64, (5, 5)))),
        Branch(
            (
                Step("branch3x3dbl_1", 64),
                Step("branch3x3dbl_2", 96, _SQUARE),
                Step("branch3x3dbl_3", 96, _SQUARE),
            )
        ),
        Branch((Step("branch_pool", pooled),), pooling="mean"),
    )


def _long(inside: int) -> tuple[Branch, ...]:
    return (
        Branch((Step("branch1x1", 192),)),
        Branch(
            (
                Step("branch7x7_1", inside),
                Step("branch7x7_2", inside, _WIDE),
                Step("branch7x7_3", 192, _HIGH),
            )
        ),
        Branch(
            (
                Step("branch7x7dbl_1", inside),
                Step("branch7x7dbl_2", inside, _HIGH),
                Step("branch7x7dbl_3", inside, _WIDE),
                Step("branch7x7dbl_4", inside, _HIGH),
                Step("branch7x7dbl_5", 192, _WIDE),
            )
        ),
        Branch((Step("branch_pool", 192),), pooling="mean"),
    )


_FORKED = (
    Branch((Step("branch1x1", 320),)),
    Branch(
        (Step("branch3x3_1", 384),),
        fork=(Step("branch3x3_2a", 384, (1, 3)), Step("branch3x3_2b", 384, (3, 1))),
    ),
    Branch(
        (Step("branch3x3dbl_1", 448), Step("branch3x3dbl_2", 384, _SQUARE)),
        fork=(Step("branch3x3dbl_3a", 384, (1, 3)), Step("branch3x3dbl_3b", 384, (3, 1))),
    ),
    Branch((Step("branch_pool", 192),), pooling="mean"),
)

STEM = (
    Step("Conv2d_1a_3x3", 32, _SQUARE, stride=2, is_padded=False),
    Step("Conv2d_2a_3x3", 32, _SQUARE, is_padded=False),
    Step("Conv2d_2b_3x3", 64, _SQUARE),
    "maxpool1",
    Step("Conv2d_3b_1x1", 80),
    Step("Conv2d_4a_3x3", 192, _SQUARE, is_padded=False),
    "maxpool2",
)

MIXED = {
    "Mixed_5b": _small(32),
    "Mixed_5c": _small(64),
    "Mixed_5d": _small(64),
    "Mixed_6a": (
        Branch((Step("branch3x3", 384, _SQUARE, stride=2, is_padded=False),)),
        Branch(
            (
                Step("branch3x3dbl_1", 64),
                Step("branch3x3dbl_2", 96, _SQUARE),
                Step("branch3x3dbl_3", 96, _SQUARE, stride=2, is_padded=False),
            )
        ),
        Branch(pooling="max"),
    ),
    "Mixed_6b": _long(128),
    "Mixed_6c": _long(160),
    "Mixed_6d": _long(160),
    "Mixed_6e": _long(192),
    "Mixed_7a": (
        Branch((Step("branch3x3_1", 192), Step("branch3x3_2", 320, _SQUARE, stride=2, is_padded=False))),
        Branch(
            (
                Step("branch7x7x3_1", 192),
                Step("branch7x7x3_2", 192, _WIDE),
                Step("branch7x7x3_3", 192, _HIGH),
                Step("branch7x7x3_4", 192, _SQUARE, stride=2, is_padded=False),
            )
        ),
        Branch(pooling="max"),
    ),
    "Mixed_7b": _FORKED,
    "Mixed_7c": _FORKED,
}
