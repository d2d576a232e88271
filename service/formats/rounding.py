"""How exactly an answer says its numbers: times to the millisecond, probabilities to six decimals, peaks to three."""


def milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def to_milliseconds(seconds: float) -> float:
    """Seconds, rounded to whole milliseconds."""
    return milliseconds(seconds) / 1000


def to_millionths(ratio: float) -> float:
    """A probability or another ratio in [0, 1], rounded to six decimals."""
    return round(float(ratio), 6)


def to_thousandths(peak: float) -> float:
    """A magnitude in [0, 1], rounded to three decimals: finer than any screen shows."""
    return round(peak, 3)
