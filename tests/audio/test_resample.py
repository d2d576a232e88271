import numpy as np
import pytest
import soxr
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from service.audio.decoded import Samples
from service.audio.resample import Resampler
from tests.audio.decoding import amplitude
from tests.tones import noise, tone

RATES = [4_000, 8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000]


def resample(sound: Samples, from_hz: int, to_hz: int, cuts: list[int]) -> Samples:
    resampler = Resampler(from_hz, to_hz)
    pieces = [resampler.push(piece) for piece in np.split(sound, sorted(cuts))]
    return np.concatenate([*pieces, resampler.finish()])


@examples(max_examples=60, deadline=None)
@given(st.sampled_from(RATES), st.lists(st.integers(0, 20_000), max_size=6))
def test_in_pieces_is_bit_for_bit_one_shot(from_hz: int, cuts: list[int]) -> None:
    sound = noise(20_000 / from_hz, from_hz)
    whole = resample(sound, from_hz, 16_000, [])
    np.testing.assert_array_equal(resample(sound, from_hz, 16_000, cuts), whole)
    if from_hz != 16_000:
        np.testing.assert_array_equal(whole, soxr.resample(sound, from_hz, 16_000))


@pytest.mark.parametrize("from_hz", RATES)
def test_the_length_and_the_sound_are_kept(from_hz: int) -> None:
    resampled = resample(tone(440, 2.0, from_hz), from_hz, 16_000, [1_000])
    assert resampled.dtype == np.float32
    assert len(resampled) == pytest.approx(32_000, abs=2)
    assert amplitude(resampled, 440, 16_000) == pytest.approx(0.2, rel=1e-3)


@pytest.mark.parametrize("from_hz", [44_100, 48_000, 96_000])
def test_what_does_not_fit_is_gone_and_does_not_come_back_as_another_tone(from_hz: int) -> None:
    resampled = resample(tone(10_000, 2.0, from_hz), from_hz, 16_000, [])
    assert amplitude(resampled, 6_000, 16_000) < 1e-5


def test_nothing_is_nothing() -> None:
    resampler = Resampler(44_100, 16_000)
    assert len(resampler.finish()) == 0
    assert len(Resampler(16_000, 16_000).finish()) == 0
