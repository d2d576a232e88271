"""Hertz and seconds stay what they are, whatever rate the takes have."""

import numpy as np
import pytest
import scipy.fft

from tests.tones import noise, tone
from tests.training.augment.takes import Samples, band_db, lag, no_other, take_of
from training.augment.take import SoundAugmentation
from training.augment.waveform import (
    ROUTES,
    BandLimit,
    Codec,
    CodecName,
    Equalise,
    Speed,
    TimeShift,
    coloured_noise,
    decaying_noise,
)

pytestmark = pytest.mark.parametrize("rate", [22_050, 44_100])


def changed(plan: SoundAugmentation, samples: Samples, rate: int, seed: int = 0) -> Samples:
    return plan.apply(take_of(samples, rate=rate), no_other, np.random.default_rng(seed)).samples


def loudest_hertz(samples: Samples, rate: int) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * rate / len(samples))


def test_twice_as_fast_is_an_octave_higher(rate: int) -> None:
    played = changed(Speed(probability=1, min_factor=2, max_factor=2), tone(1_000, 1, rate), rate)
    assert loudest_hertz(played, rate) == pytest.approx(2_000, abs=5)


def test_a_take_is_turned_by_up_to_so_many_seconds(rate: int) -> None:
    clicks = np.zeros(2 * rate, dtype=np.float32)
    clicks[0] = 1
    turned = [int(np.argmax(changed(TimeShift(probability=1, max_seconds=0.5), clicks, rate, n))) for n in range(60)]
    seconds = [min(one, 2 * rate - one) / rate for one in turned]
    assert 0.45 < max(seconds) <= 0.5


def test_a_tail_lasts_as_long(rate: int) -> None:
    assert len(decaying_noise(0.4, rate, np.random.default_rng(0))) == round(0.4 * rate)


def test_a_band_ends_where_it_was_told_to(rate: int) -> None:
    plan = BandLimit(probability=1, min_hz=4_000, max_hz=4_000, telephone_share=0)
    sound = noise(1, rate)
    limited = changed(plan, sound, rate)
    assert band_db(limited, 4_050, rate / 2, rate) < band_db(sound, 4_050, rate / 2, rate) - 45
    assert band_db(limited, 0, 3_550, rate) == pytest.approx(band_db(sound, 0, 3_550, rate), abs=0.05)


def test_the_last_control_point_is_at_half_the_rate(rate: int) -> None:
    click = np.zeros(rate, dtype=np.float32)
    click[rate // 2] = 1
    response = 20 * np.log10(np.abs(np.fft.rfft(changed(Equalise(probability=1, max_db=9, points=3), click, rate, 4))))
    rng = np.random.default_rng(4)
    rng.random()
    expected = rng.uniform(-9, 9, 3)
    middle = round(float(np.sqrt(60 * rate / 2)))
    assert response[[60, middle, rate // 2 - 1]] == pytest.approx(expected, abs=0.05)


def test_noise_falls_from_50_hz_on(rate: int) -> None:
    length = scipy.fft.next_fast_len(rate, real=True)
    white, brown = (
        np.abs(np.fft.rfft(coloured_noise(length, rate, slope, np.random.default_rng(0)))) for slope in (0.0, -6.0)
    )
    places = [round(hertz * length / rate) for hertz in (30, 100, 400, 1_600)]
    assert 20 * np.log10(brown[places] / white[places]) == pytest.approx([0, -6, -18, -30], abs=0.1)


@pytest.mark.parametrize("codec", ROUTES)
def test_a_codec_shifts_nothing_and_takes_no_treble_that_it_has_bits_for(rate: int, codec: CodecName) -> None:
    sound = noise(1, rate, amplitude=0.1)
    sound[rate // 3 : rate // 2] *= 0.01
    coded = changed(Codec(probability=1, codecs=(codec,), min_kbps=96, max_kbps=96), sound, rate)
    assert lag(coded, sound) == 0
    assert np.corrcoef(coded, sound)[0, 1] > 0.8
    assert band_db(coded, 9_000, 10_500, rate) > band_db(sound, 9_000, 10_500, rate) - 6


@pytest.mark.parametrize("codec", ROUTES)
def test_a_codec_with_few_bits_still_answers(rate: int, codec: CodecName) -> None:
    sound = noise(0.5, rate)
    coded = changed(Codec(probability=1, codecs=(codec,), min_kbps=8, max_kbps=8), sound, rate)
    assert coded.shape == sound.shape
    assert np.isfinite(coded).all()
