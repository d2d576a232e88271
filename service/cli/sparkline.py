"""One label's probability over time, a character a column."""

from collections.abc import Iterable, Sequence

from service.types import Chunk

_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII = ".:-=+*%#"
_SILENT = " "


def levels(chunks: Iterable[Chunk], label: str, start: float, end: float, width: int) -> list[float | None]:
    """`width` means over equal stretches of [start, end] seconds, weighted by time; None where all is silent."""
    step = (end - start) / width
    sums, seconds = [0.0] * width, [0.0] * width
    for chunk in chunks:
        if chunk.gate is None:
            continue
        first, last = int((chunk.start - start) / step), int((chunk.end - start) / step)
        for column in range(max(0, first), min(width - 1, last) + 1):
            left = start + column * step
            shared = min(chunk.end, left + step) - max(chunk.start, left)
            if shared > 0:
                sums[column] += shared * chunk.gate[label]
                seconds[column] += shared
    return [total / time if time else None for total, time in zip(sums, seconds, strict=True)]


def sparkline(probabilities: Sequence[float | None], *, blocks: bool) -> str:
    """Eight heights, from 0 to 1."""
    heights = _BLOCKS if blocks else _ASCII
    return "".join(
        _SILENT if probability is None else heights[min(len(heights) - 1, int(probability * len(heights)))]
        for probability in probabilities
    )
