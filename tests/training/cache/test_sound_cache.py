"""The cached sound is the sound that the service hears."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.sound_files import write_sound
from tests.tones import noise, tone
from training.cache.file_cache import NotCached, SoundCache

RATE = 16_000


def test_the_same_samples_at_the_same_rate(tmp_path: Path) -> None:
    sound = noise(1.5, RATE)
    path = write_sound(tmp_path, "wav_float", sound, RATE)
    cache = SoundCache(tmp_path / "cache", RATE)
    assert cache.fill([path], 1) == {}
    samples = cache.samples(path)
    assert samples.dtype == np.int16
    np.testing.assert_allclose(samples, sound * 32_767, atol=0.5001)


def test_two_channels_at_another_rate_become_one_at_this(tmp_path: Path) -> None:
    left, right = tone(440, 3, 44_100, 0.2), tone(1_000, 3, 44_100, 0.4)
    path = write_sound(tmp_path, "flac_16", np.stack([left, right]), 44_100)
    cache = SoundCache(tmp_path / "cache", RATE)
    cache.fill([path], 1)
    expected = (tone(440, 3, RATE, 0.1) + tone(1_000, 3, RATE, 0.2)) * 32_767
    samples = cache.samples(path)
    assert len(samples) == 3 * RATE
    np.testing.assert_allclose(samples[400:-400], expected[400:-400], atol=20)


def test_what_is_too_loud_is_clipped_and_does_not_turn_over(tmp_path: Path) -> None:
    path = write_sound(tmp_path, "wav_float", np.array([0, 1, 1.5, -1, -3], np.float32), RATE)
    cache = SoundCache(tmp_path / "cache", RATE)
    cache.fill([path], 1)
    assert cache.samples(path).tolist() == [0, 32_767, 32_767, -32_767, -32_767]


def test_rates_do_not_mix(tmp_path: Path) -> None:
    path = write_sound(tmp_path, "wav_16", noise(1, RATE), RATE)
    full, half = SoundCache(tmp_path / "cache", RATE), SoundCache(tmp_path / "cache", RATE // 2)
    full.fill([path], 1)
    half.fill([path], 1)
    assert len(full.samples(path)) == 2 * len(half.samples(path)) == RATE


def test_broken_sound_is_named_in_the_words_of_the_service(tmp_path: Path) -> None:
    good = write_sound(tmp_path, "ogg_opus", noise(1, 48_000), 48_000)
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "text.wav").write_text("no sound at all, but long enough to be one")
    soundfile.write(tmp_path / "fast.wav", np.zeros(100), 384_000)
    cache = SoundCache(tmp_path / "cache", RATE)
    broken = cache.fill([good, *(tmp_path / name for name in ("empty.wav", "text.wav", "fast.wav"))], 2)
    assert {path.name: reason.split(".")[0] for path, reason in broken.items()} == {
        "empty.wav": "The file is empty",
        "text.wav": "Not an audio format that can be decoded",
        "fast.wav": "Unsupported sample rate",
    }
    assert "384000 Hz" in broken[tmp_path / "fast.wav"]
    assert len(cache.samples(good)) >= RATE
    with pytest.raises(NotCached, match="The file is empty"):
        cache.samples(tmp_path / "empty.wav")
