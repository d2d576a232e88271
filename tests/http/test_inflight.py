from contextlib import ExitStack

import pytest

from service.errors import Draining, QueueFull
from service.http.admission import Admission


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_no_more_than_are_allowed() -> None:
    admission = Admission(2)
    with ExitStack() as stack:
        stack.enter_context(admission.admit())
        stack.enter_context(admission.admit())
        with pytest.raises(QueueFull, match="2 uploads are in flight; 2 are allowed at once") as caught:
            stack.enter_context(admission.admit())
        assert caught.value.retry_after_seconds == 1
    with admission.admit():
        assert admission.in_flight == 1
    assert admission.in_flight == 0


def test_a_failure_gives_its_place_back() -> None:
    admission = Admission(1)
    with pytest.raises(ValueError, match="oops"), admission.admit():
        raise ValueError("oops")
    assert admission.in_flight == 0


@pytest.mark.parametrize(("duration", "expected"), [(0.1, 1), (7.2, 8), (900, 60)])
def test_when_to_come_again_is_learnt_from_what_was(duration: float, expected: int) -> None:
    clock = Clock()
    admission = Admission(1, clock)
    with admission.admit():
        clock.now += duration
    with admission.admit(), pytest.raises(QueueFull) as caught, admission.admit():
        pass
    assert caught.value.retry_after_seconds == expected


def test_draining_admits_nothing_new() -> None:
    admission = Admission(2)
    with admission.admit():
        assert not admission.draining
        admission.drain()
        with pytest.raises(Draining) as caught, admission.admit():
            pass
        assert caught.value.retry_after_seconds
        assert admission.in_flight == 1
    assert admission.draining
