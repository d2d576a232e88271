import io
from pathlib import Path

import numpy as np
import pytest

from service.audio import soundfile_decoder
from service.audio.containers import AIFF, FLAC
from service.audio.decoded import DecoderFailure, no_checkpoint
from service.audio.guarded_file import GuardedFile
from service.errors import UndecodableAudio
from tests.audio.decoding import decode, refusal, stereo, stereo_file


def test_by_descriptor_and_by_callback_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    path.write_bytes(stereo_file("wav_24", 3))
    np.testing.assert_array_equal(decode(path).mono, decode(path.read_bytes()).mono)


def test_samples_are_as_they_were_written() -> None:
    np.testing.assert_array_equal(decode(stereo_file("wav_float", 3)).mono, (stereo(3)[0] + stereo(3)[1]) / 2)


def test_another_container_in_disguise_is_not_opened() -> None:
    for container in (FLAC, AIFF):
        with (
            pytest.raises(DecoderFailure, match="takes this"),
            soundfile_decoder.open_track(GuardedFile(io.BytesIO(stereo_file("wav_16", 1))), container, no_checkpoint),
        ):
            pass


@pytest.mark.parametrize("subtype", ["ULAW", "ALAW", "IMA_ADPCM", "MS_ADPCM", "GSM610"])
def test_codecs_of_telephones(subtype: str) -> None:
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, stereo(2, 8_000)[0], 8_000, format="WAV", subtype=subtype)
    found = decode(file)
    assert (found.container, found.codec, found.sample_rate) == ("wav", subtype.lower(), 8_000)
    assert found.seconds == pytest.approx(2, abs=0.1)


def test_a_seek_to_nowhere_raises_nothing_that_c_cannot_take() -> None:
    """pytest fails on exceptions that are ignored in callbacks."""
    refusal(stereo_file("aiff", 1)[:34], UndecodableAudio)  # libsndfile seeks to -1 in it
