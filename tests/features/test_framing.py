import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.features.framing import Framer

SIGNAL = np.arange(1, 400, dtype=np.float32)


def frames_by_hand(signal: np.ndarray, length: int, hop: int, *, centred: bool) -> np.ndarray:
    edge = length // 2 if centred else 0
    padded = np.pad(signal, edge)
    starts = range(0, len(padded) - length + 1, hop)
    return np.array([padded[start : start + length] for start in starts]).reshape(-1, length)


@given(
    length=st.integers(1, 40),
    hop=st.integers(1, 60),
    centred=st.booleans(),
    cuts=st.lists(st.integers(0, len(SIGNAL)), max_size=12),
)
def test_frames_do_not_depend_on_how_the_signal_comes_in(length: int, hop: int, centred: bool, cuts: list[int]) -> None:
    framer = Framer(length, hop, centred=centred)
    pieces = [framer.push(part).copy() for part in np.split(SIGNAL, sorted(cuts))]
    pieces.append(framer.finish())
    expected = frames_by_hand(SIGNAL, length, hop, centred=centred)
    np.testing.assert_array_equal(np.concatenate(pieces), expected)


@pytest.mark.parametrize("samples", [0, 1, 3])
def test_a_signal_shorter_than_a_frame_has_its_centred_frame(samples: int) -> None:
    framer = Framer(8, 4, centred=True)
    assert len(framer.push(SIGNAL[:samples])) + len(framer.finish()) == 1
