"""Ctrl-C and SIGTERM as a wish to stop in good order; said again, at once."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class StopWish:
    """Made by `stop_wish`."""

    def __init__(self, on_first: Callable[[], None]) -> None:
        self.is_said = False
        self._on_first = on_first

    def hear(self, _number: int, _frame: FrameType | None) -> None:
        if self.is_said:
            raise KeyboardInterrupt
        self.is_said = True
        self._on_first()


@contextmanager
def stop_wish(on_first: Callable[[], None]) -> Iterator[StopWish]:
    """Within the block the first signal only sets `is_said`, and calls `on_first`; the second interrupts it."""
    wish = StopWish(on_first)
    before = {number: signal.signal(number, wish.hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield wish
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
