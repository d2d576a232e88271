"""The cached frames, and the windows of them, are those that the service gives to its models."""

from pathlib import Path

import numpy as np
import pytest

from service.audio.accepted import Limits
from service.audio.sound import open_sound
from service.features.bank import FeatureBank
from service.features.kinds import AnyFrontEnd
from service.features.logmel import LogMel
from service.features.stft import Stft
from tests.sound_files import write_sound
from tests.tones import noise
from training.cache.file_cache import FeatureCache, folder_name

LOGMEL = LogMel(sample_rate=16_000, n_fft=512, win_length=400, hop_length=320, n_mels=24, fmin=50, fmax=7_000)
STFT = Stft(sample_rate=22_050, n_fft=256, win_length=256, hop_length=128, bins=65, scale="db")
COUNT = 20


@pytest.fixture(scope="module", params=["wav_16", "ogg_opus", "mp3"])
def sound(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Longer than two blocks of the decoder."""
    return write_sound(tmp_path_factory.mktemp("sound"), request.param, noise(8, 48_000), 48_000)


def bank_of(path: Path, front_end: AnyFrontEnd) -> FeatureBank:
    with open_sound(path, Limits()) as sound:
        bank = FeatureBank(sound.sample_rate, [front_end])
        for block in sound.mono_blocks():
            bank.push(block)
        bank.finish()
    return bank


def filled(folder: Path, front_end: AnyFrontEnd, path: Path) -> FeatureCache:
    cache = FeatureCache(folder, front_end)
    assert cache.fill([path], 1) == {}
    return cache


@pytest.mark.parametrize("front_end", [LOGMEL, STFT], ids=lambda one: one.kind)
def test_frames_are_the_services_own(sound: Path, tmp_path: Path, front_end: AnyFrontEnd) -> None:
    frames = filled(tmp_path, front_end, sound).frames(sound)
    assert frames.dtype == np.float32
    bank = bank_of(sound, front_end)
    assert len(frames) == round(bank.heard_seconds * front_end.sample_rate / front_end.hop_length)
    np.testing.assert_array_equal(frames, bank.window(front_end, 0.0, len(frames)))


def test_windows_end_with_the_sound(tmp_path: Path) -> None:
    path = write_sound(tmp_path, "wav_16", noise(8, 16_000), 16_000)
    cache, bank = filled(tmp_path, LOGMEL, path), bank_of(path, LOGMEL)
    for start in (0, 1, 137, 380, 381, 382, 395, 10_000):
        expected = bank.window(LOGMEL, start * LOGMEL.hop_length / LOGMEL.sample_rate, COUNT)
        np.testing.assert_array_equal(cache.window(path, start, COUNT), expected)


def test_a_sound_shorter_than_a_window_is_repeated(tmp_path: Path) -> None:
    path = write_sound(tmp_path, "wav_16", noise(0.15, 16_000), 16_000)
    cache, expected = filled(tmp_path, LOGMEL, path), bank_of(path, LOGMEL).window(LOGMEL, 0.0, COUNT)
    for start in (0, 5):
        np.testing.assert_array_equal(cache.window(path, start, COUNT), expected)
    assert not np.array_equal(expected, np.repeat(expected[:1], COUNT, axis=0))


def test_every_parameter_has_its_own_folder(tmp_path: Path) -> None:
    others: list[AnyFrontEnd] = [
        LOGMEL.model_copy(update={"hop_length": 160}),
        LOGMEL.model_copy(update={"floor": 1e-9}),
        LOGMEL.model_copy(update={"mel_scale": "htk"}),
        STFT,
    ]
    names = {folder_name(one) for one in [LOGMEL, LOGMEL.model_copy(), *others]}
    assert len(names) == 5
    assert {name.split("-")[0] for name in names} == {"logmel", "stft"}
    FeatureCache(tmp_path, LOGMEL)
    assert [folder.name for folder in tmp_path.iterdir()] == [folder_name(LOGMEL)]


def test_broken_sound_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.wav"
    path.write_bytes(b"RIFF nonsense")
    assert list(FeatureCache(tmp_path / "cache", LOGMEL).fill([path], 1)) == [path]
