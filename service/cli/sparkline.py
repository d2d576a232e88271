"""One label's probability over time, a character a column."""

import math
from collections.abc import Iterable, Iterator, Sequence

from service.types import Report

_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII = ".:-=+*%#"
_SILENT = " "

Said = tuple[float, float, float]
"""From second, to second, a probability."""


def said_of(report: Report, label: str) -> Iterator[Said]:
    """What the gate says of a label where it is not silent: step by step if it speaks in steps, else chunk by chunk."""
    if report.steps is None:
        yield from ((chunk.start, chunk.end, chunk.gate[label]) for chunk in report.chunks if chunk.gate is not None)
        return
    steps = report.steps
    for number, probability in enumerate(steps.values[:, steps.labels.index(label)].tolist()):
        if not math.isnan(probability):
            start = steps.start + number * steps.step_seconds
            yield start, start + steps.step_seconds, probability


def levels(said: Iterable[Said], start: float, end: float, width: int) -> list[float | None]:
    """`width` means over equal stretches of [start, end] seconds, weighted by time; None where nothing is said."""
    step = (end - start) / width
    sums, seconds = [0.0] * width, [0.0] * width
    for begun, over, probability in said:
        first, last = int((begun - start) / step), int((over - start) / step)
        for column in range(max(0, first), min(width - 1, last) + 1):
            left = start + column * step
            shared = min(over, left + step) - max(begun, left)
            if shared > 0:
                sums[column] += shared * probability
                seconds[column] += shared
    return [total / time if time else None for total, time in zip(sums, seconds, strict=True)]


def sparkline(probabilities: Sequence[float | None], *, blocks: bool) -> str:
    """Eight heights, from 0 to 1."""
    heights = _BLOCKS if blocks else _ASCII
    return "".join(
        _SILENT if probability is None else heights[min(len(heights) - 1, int(probability * len(heights)))]
        for probability in probabilities
    )
