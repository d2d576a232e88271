import itertools

import numpy as np
import pytest
from pydantic import ValidationError

from tests.tones import noise
from tests.training.augment.takes import Samples, band_db, lag, no_other, take_of
from training.augment.waveform import ROUTES, BandLimit, Codec, CodecName


def bursts(seconds: float) -> Samples:
    """Noise below 3 kHz that comes and goes: something to align by. Loud at both ends of every length tried here."""
    sound = take_of(noise(seconds))
    low = BandLimit(probability=1, min_hz=3_000, max_hz=3_000, telephone_share=0)
    samples = low.apply(sound, no_other, np.random.default_rng(0)).samples
    samples[(np.arange(len(samples)) // 1_460) % 2 == 1] *= 0.02
    return samples


def coded(samples: Samples, codec: CodecName, kbps: float) -> Samples:
    plan = Codec(probability=1, codecs=(codec,), min_kbps=kbps, max_kbps=kbps)
    return plan.apply(take_of(samples), no_other, np.random.default_rng(0)).samples


@pytest.mark.parametrize(("codec", "length"), [*itertools.product(ROUTES, [48_000, 24_576, 10_007])])
def test_nothing_is_shifted_or_cut(codec: CodecName, length: int) -> None:
    original = bursts(3)[:length]
    changed = coded(original, codec, 64)
    assert changed.shape == original.shape
    assert lag(changed, original) == 0
    assert np.corrcoef(changed, original)[0, 1] > 0.95
    for part in (slice(0, 1_200), slice(length - 1_200, length)):
        assert np.corrcoef(changed[part], original[part])[0, 1] > 0.9


@pytest.mark.parametrize("codec", ROUTES)
def test_fewer_bits_leave_more_traces(codec: CodecName) -> None:
    original = noise(2)
    errors = [float(np.std(coded(original, codec, kbps) - original)) for kbps in (12, 32, 96)]
    assert errors[0] > errors[1] > errors[2] > 0.001


def test_a_thin_mp3_has_no_treble() -> None:
    original = noise(2)
    assert band_db(coded(original, "mp3", 16), 7_000, 8_000) < band_db(original, 7_000, 8_000) - 20


def test_all_codecs_are_drawn() -> None:
    plan, take = Codec(probability=1, min_kbps=32, max_kbps=32), take_of(noise(0.2))
    rng = np.random.default_rng(0)
    drawn = {plan.apply(take, no_other, rng).samples.tobytes() for _ in range(20)}
    assert len(drawn) == 3


def test_an_unknown_codec_and_none_are_refused() -> None:
    with pytest.raises(ValidationError, match="'mp3', 'opus' or 'aac'"):
        Codec.model_validate({"probability": 1, "codecs": ["wma"]})
    with pytest.raises(ValidationError, match="at least 1 item"):
        Codec(probability=1, codecs=())
