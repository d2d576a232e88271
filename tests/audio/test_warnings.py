import numpy as np
import pytest

from tests.audio.decoding import decode, stereo, stereo_file
from tests.sound_files import sound_bytes
from tests.tones import silence, tone

RATE = 44_100
CANCELLING = "cancel"
CLIPPED = "clipped"


def warnings_of(samples: np.ndarray, kind: str = "flac_16") -> str:
    return " ".join(decode(sound_bytes(kind, samples, RATE)).warnings)


@pytest.mark.parametrize("kind", ["wav_16", "mp3", "ogg_opus", "m4a_aac"])
def test_opposite_channels_cancel_each_other(kind: str) -> None:
    one = tone(440, 1, RATE)
    assert CANCELLING in warnings_of(np.stack([one, -one]), kind)


def test_channels_that_do_not_cancel() -> None:
    one = tone(440, 1, RATE)
    for other in (one, -one / 2, silence(1, RATE), tone(441, 1, RATE)):
        assert warnings_of(np.stack([one, other])) == ""


def test_silence_does_not_cancel() -> None:
    assert warnings_of(np.zeros((2, RATE), dtype=np.float32)) == ""


def test_one_stretch_in_phase_is_enough_to_be_heard() -> None:
    one = tone(440, 4, RATE)
    other = np.concatenate([-one[: 3 * RATE], one[3 * RATE :]])
    assert warnings_of(np.stack([one, other])) == ""


def test_a_clipped_recording() -> None:
    loud = np.clip(8 * stereo(1), -1, 1)
    share = float((np.abs(loud) == 1).mean())
    assert f"{share:.1%} of the samples are at full scale" in warnings_of(loud)
    assert CLIPPED in warnings_of(loud, "wav_float")


def test_a_loud_recording_is_not_a_clipped_one() -> None:
    assert warnings_of(4.9 * stereo(1)) == ""
    rarely = stereo(1).copy()
    rarely[:, ::3_000] = 1
    assert warnings_of(rarely) == ""


def test_numbers_that_are_none() -> None:
    samples = stereo(1).copy()
    samples[:, 100:200] = np.nan
    samples[0, 500], samples[1, 600] = np.inf, -np.inf
    assert "no finite numbers were taken as 0: 202." in warnings_of(samples, "wav_float")


def test_numbers_that_are_far_too_large() -> None:
    samples = stereo(1).copy()
    samples[:, 100:200] = 1e30
    assert "8 times full scale were cut to that: 200." in warnings_of(samples, "wav_float")


def test_a_sound_that_is_shorter_than_its_header_says() -> None:
    whole = stereo_file("m4a_faststart", 6)
    [length, _] = decode(whole[: len(whole) // 2]).warnings
    assert length.startswith("The header says 6.0 s, ")
