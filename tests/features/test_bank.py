import numpy as np
import pytest
import soxr
from hypothesis import given
from hypothesis import strategies as st

from service.audio.measure import PeakMeter
from service.features.bank import FeatureBank, window_of
from service.features.frontend import FrontEnd
from service.features.logmel import LogMel
from service.features.stft import Stft
from service.features.track import FrameBuffer
from tests.features.test_logmel import BASE, SOUND, streamed
from tests.tones import tone

MEL = LogMel(**BASE)
STFT = Stft(sample_rate=8_000, n_fft=256, win_length=256, hop_length=128, bins=129)


def filled(rate: int = 16_000, block: int = 5_000) -> FeatureBank:
    bank = FeatureBank(rate, [MEL, STFT, MEL])
    for start in range(0, len(SOUND), block):
        bank.push(SOUND[start : start + block])
    bank.finish()
    return bank


def test_each_front_end_hears_the_sound_at_its_own_rate() -> None:
    bank = filled()
    np.testing.assert_array_equal(bank.window(MEL, 0.4, 50), streamed(MEL, SOUND)[20:70])
    at_8_khz = soxr.resample(SOUND, 16_000, 8_000, quality="HQ").astype(np.float32)
    np.testing.assert_allclose(bank.window(STFT, 0.48, 20), streamed(STFT, at_8_khz)[30:50], atol=1e-4)


def test_the_frames_at_a_chunk_border_are_those_of_the_whole_file() -> None:
    for block in (320, 999, 48_000):
        np.testing.assert_array_equal(filled(block=block).window(MEL, 1.0, 40), streamed(MEL, SOUND)[50:90])


def test_a_window_beyond_the_end_is_moved_to_end_there() -> None:
    whole = streamed(MEL, SOUND)
    np.testing.assert_array_equal(filled().window(MEL, 1_000.0, 30), whole[-30:])


def test_a_sound_shorter_than_its_window_is_repeated_not_padded() -> None:
    short = SOUND[:3_200]
    window = window_of(MEL, short, 150)
    frames = streamed(MEL, short)
    assert window.shape == (150, 64)
    np.testing.assert_array_equal(window[: len(frames)], frames)
    np.testing.assert_array_equal(window[len(frames) : 2 * len(frames)], frames)


def test_front_ends_that_are_equal_are_computed_once() -> None:
    twin = LogMel(**BASE)
    assert twin is not MEL
    bank = FeatureBank(16_000, [MEL, twin])
    assert len(bank._tracks) == 1


@given(pushes=st.lists(st.integers(0, 9), max_size=20), data=st.data())
def test_what_was_not_dropped_stays(pushes: list[int], data: st.DataObject) -> None:
    buffer, pushed = FrameBuffer(1), 0
    kept_from = 0
    for count in pushes:
        buffer.push(np.arange(pushed, pushed + count, dtype=np.float32)[:, None])
        pushed += count
        kept_from = data.draw(st.integers(kept_from, pushed))
        buffer.drop_before(kept_from)
        assert buffer.end == pushed
        if pushed > kept_from:
            window = buffer.window(kept_from, pushed - kept_from)
            np.testing.assert_array_equal(window[:, 0], np.arange(kept_from, pushed))


@pytest.mark.parametrize("rate", [16_000, 44_100])
@pytest.mark.parametrize("front_ends", [[MEL], [STFT]])
def test_peaks_are_those_of_the_sound_at_16_khz(rate: int, front_ends: list[FrontEnd]) -> None:
    """Also where no front-end hears it so."""
    sound = tone(440, 2.03, rate, 0.4)
    found = []
    for block in (999, len(sound)):
        meter = PeakMeter(20)
        bank = FeatureBank(rate, front_ends, meter)
        for start in range(0, len(sound), block):
            bank.push(sound[start : start + block])
        bank.finish()
        found.append(list(meter.values))
    assert found[0] == found[1]
    alone = PeakMeter(20)
    alone.push(soxr.resample(sound, rate, 16_000, quality="HQ") if rate != 16_000 else sound)
    alone.finish()
    assert found[0] == pytest.approx(list(alone.values), abs=1e-6)
    assert len(found[0]) == 41
    assert found[0][5:35] == pytest.approx([0.4] * 30, abs=1e-2)
