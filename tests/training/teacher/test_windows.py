"""Which windows there are."""

import numpy as np
import pytest

from training.teacher.windows import Windows

WINDOWS = Windows(length=10, hop=4)


@pytest.mark.parametrize(("samples", "count"), [(1, 1), (9, 1), (10, 1), (13, 1), (14, 2), (17, 2), (18, 3)])
def test_every_window_is_full(samples: int, count: int) -> None:
    windows = WINDOWS.of(np.arange(samples, dtype=np.float32))
    assert windows.shape == (count, 10)
    for number, window in enumerate(windows):
        assert window.tolist() == [(4 * number + step) % samples for step in range(10)]
