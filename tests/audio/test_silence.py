import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from service.audio.decoded import Samples
from service.audio.measure import SilenceMap
from tests.tones import noise, silence, tone

RATE = 8_000
SOUND = np.concatenate([tone(440, 1, RATE), silence(2, RATE), tone(440, 1.05, RATE)])


def heard(sound: Samples, cuts: list[int], rate: int = RATE) -> SilenceMap:
    silence_map = SilenceMap(rate)
    for piece in np.split(sound, sorted(cuts)):
        silence_map.push(piece)
    silence_map.finish()
    return silence_map


def test_where_it_is_silent() -> None:
    silence_map = heard(SOUND, [])
    assert silence_map.is_silent(1.0, 3.0)
    assert silence_map.is_silent(1.5, 2.0)
    assert not silence_map.is_silent(0.9, 2.0)
    assert not silence_map.is_silent(2.0, 3.05)
    assert not silence_map.is_silent(3.9, 4.05)
    assert silence_map.ratio == pytest.approx(20 / 41)


@examples(max_examples=50)
@given(st.lists(st.integers(0, len(SOUND)), max_size=8))
def test_pieces_make_no_difference(cuts: list[int]) -> None:
    silence_map = heard(SOUND, cuts)
    assert silence_map.ratio == heard(SOUND, []).ratio
    assert silence_map.is_silent(1.0, 3.0)
    assert not silence_map.is_silent(0.0, 1.0)


@pytest.mark.parametrize(("level_db", "is_silent"), [(-55, False), (-65, True)])
def test_the_threshold(level_db: float, is_silent: bool) -> None:
    silence_map = heard(noise(1, RATE, amplitude=10 ** (level_db / 20)), [])
    assert silence_map.is_silent(0, 1) is is_silent


def test_a_click_ends_the_silence() -> None:
    clicking = silence(1, RATE)
    clicking[RATE // 2] = 0.5
    assert heard(clicking, []).ratio == pytest.approx(0.9)


@pytest.mark.parametrize("rate", [4_000, 11_025, 44_100, 192_000])
def test_times_hold_at_every_rate(rate: int) -> None:
    silence_map = heard(np.concatenate([silence(3, rate), tone(440, 3, rate)]), [], rate)
    assert silence_map.is_silent(0, 2.9)
    assert not silence_map.is_silent(0, 3.1)
    assert silence_map.ratio == pytest.approx(0.5, abs=0.03)


def test_nothing_heard() -> None:
    assert heard(silence(0), []).ratio == 0
