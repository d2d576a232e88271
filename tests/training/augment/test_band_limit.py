import numpy as np
import pytest

from tests.tones import noise, tone
from tests.training.augment.takes import band_db, level_db, no_other, take_of
from training.augment.take import Take
from training.augment.waveform import BandLimit


def limited(plan: BandLimit, take: Take, seed: int = 0) -> np.ndarray:
    return plan.apply(take, no_other, np.random.default_rng(seed)).samples


@pytest.mark.parametrize("hertz", [2_500.0, 4_000.0, 5_512.0])
def test_nothing_is_left_above_the_cut_off_and_all_below(hertz: float) -> None:
    take = take_of(noise(2))
    changed = limited(BandLimit(probability=1, min_hz=hertz, max_hz=hertz, telephone_share=0), take)
    assert band_db(changed, hertz * 1.01, 8_000) < band_db(take.samples, hertz * 1.01, 8_000) - 60
    assert band_db(changed, 0, hertz * 0.89) == pytest.approx(band_db(take.samples, 0, hertz * 0.89), abs=0.05)


def test_a_telephone_has_no_bass_and_no_treble() -> None:
    take = take_of(noise(2))
    changed = limited(BandLimit(probability=1, telephone_share=1), take)
    for low, high in ((0, 295), (3_450, 8_000)):
        assert band_db(changed, low, high) < band_db(take.samples, low, high) - 60
    assert band_db(changed, 340, 3_000) == pytest.approx(band_db(take.samples, 340, 3_000), abs=0.05)


def test_a_tone_inside_the_band_is_unchanged_and_not_late() -> None:
    take = take_of(tone(1_000, 1))
    changed = limited(BandLimit(probability=1, telephone_share=1), take)
    np.testing.assert_allclose(changed, take.samples, atol=2e-3)


def test_a_tone_beside_it_is_gone() -> None:
    changed = limited(BandLimit(probability=1, telephone_share=1), take_of(tone(5_000, 1)))
    assert level_db(changed[4_000:12_000]) < -90


def test_cut_offs_are_even_in_octaves_and_telephones_as_often_as_asked() -> None:
    take = take_of(noise(0.5))
    plan = BandLimit(probability=1, min_hz=1_000, max_hz=7_000, telephone_share=0.25)
    telephones, highest = 0, []
    for seed in range(200):
        power = np.abs(np.fft.rfft(limited(plan, take, seed)))
        audible = np.flatnonzero(power > 1e-3 * power.max()) * 2.0
        telephones += audible[0] > 250
        if audible[0] < 250:
            highest.append(audible[-1])
    assert 30 < telephones < 70
    assert min(highest) > 850
    assert max(highest) < 7_001
    assert 2_200 < float(np.median(highest)) < 3_000
