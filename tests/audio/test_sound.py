import io
import itertools
from collections.abc import Iterator
from typing import Any

import av
import numpy as np
import pytest
import soundfile

from service.audio import av_decoder
from service.audio import sound as sound_module
from service.audio.accepted import Limits
from service.audio.containers import CONTAINERS, find_sound
from service.audio.decoded import BLOCK_FRAMES, Samples, no_checkpoint
from service.audio.guarded_file import GuardedFile
from service.audio.sound import open_sound
from service.errors import (
    Cancelled,
    EarmarkError,
    NoAudioTrack,
    UndecodableAudio,
    UnsupportedChannels,
    UnsupportedFormat,
    UnsupportedSampleRate,
)
from tests.audio.decoding import RATE, amplitude, decode, patched, refusal, stereo_file
from tests.sound_files import KINDS, silent_video, sound_bytes
from tests.tones import noise, tone

BEFORE_HZ, BEHIND_HZ = 500, 2_000
CONTAINERS_OF_BOTH = {container.name for container in CONTAINERS if len(container.decoders) > 1}
READ_BY_BOTH = {kind for kind, made in KINDS.items() if made.container in CONTAINERS_OF_BOTH} - {"mp3_leading_garbage"}
CHANGE_SECONDS = 8.0
LOST_SECONDS = 0.5


def changing() -> Samples:
    """Eight seconds of one tone, eight of another, over a noise that FLAC cannot compress away."""
    tones = np.concatenate([tone(BEFORE_HZ, CHANGE_SECONDS, RATE), tone(BEHIND_HZ, CHANGE_SECONDS, RATE)])
    return tones + noise(2 * CHANGE_SECONDS, RATE, amplitude=0.02)


def reads_to_the_end(data: bytes) -> bool:
    try:
        soundfile.read(io.BytesIO(data))
    except soundfile.LibsndfileError:
        return False
    return True


def flac_that_libsndfile_breaks_off() -> bytes:
    """Some bytes flipped in the second quarter; not every flip is too much for it."""
    whole = sound_bytes("flac_16", changing(), RATE)
    for seed in range(100):
        broken = bytearray(whole)
        for at in np.random.default_rng(seed).integers(len(whole) // 4, len(whole) // 2, 20):
            broken[at] ^= 0xFF
        if not reads_to_the_end(bytes(broken)):
            return bytes(broken)
    raise AssertionError("libsndfile gets over everything")


def test_where_one_decoder_breaks_off_another_one_goes_on_at_the_same_place() -> None:
    found = decode(flac_that_libsndfile_breaks_off())
    assert found.seconds == pytest.approx(2 * CHANGE_SECONDS, abs=LOST_SECONDS)
    margin = round(LOST_SECONDS * RATE)
    change = round(CHANGE_SECONDS * RATE)
    for part, present, absent in (
        (found.mono[: change - margin], BEFORE_HZ, BEHIND_HZ),
        (found.mono[change + margin :], BEHIND_HZ, BEFORE_HZ),
    ):
        assert amplitude(part, present, RATE) == pytest.approx(0.2, rel=0.1)
        assert amplitude(part, absent, RATE) < 0.005


def test_no_sample_is_heard_twice_or_lost_where_the_decoder_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder that fails in mid-file, on a file that is whole: the other one must fit on to the sample."""
    whole = sound_bytes("flac_16", changing(), RATE)
    expected = decode(whole).mono
    read, blocks_left = soundfile.SoundFile.read, 3

    def failing_read(self: soundfile.SoundFile, *args: object, **options: object) -> object:
        nonlocal blocks_left
        blocks_left -= 1
        if blocks_left < 0:
            raise soundfile.LibsndfileError(1)
        return read(self, *args, **options)

    monkeypatch.setattr(soundfile.SoundFile, "read", failing_read)
    found = decode(whole)
    np.testing.assert_array_equal(found.mono, expected)
    assert found.warnings == ()


def test_a_decoder_may_break_off_anywhere_within_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = sound_bytes("ogg_vorbis", changing(), RATE)
    expected = decode(whole).mono
    frames = av_decoder._frames

    def failing_frames(*arguments: Any) -> Iterator[av.AudioFrame]:
        yield from itertools.islice(frames(*arguments), 123)
        raise av.error.PatchWelcomeError(1, "not today")

    monkeypatch.setattr(av_decoder, "_frames", failing_frames)
    found = decode(whole)
    assert len(found.mono) == len(expected)
    np.testing.assert_allclose(found.mono, expected, atol=1e-4)


@pytest.mark.parametrize("share", [0.3, 0.6])
@pytest.mark.parametrize("kind", ["flac_16", "flac_24"])
def test_damage_that_costs_a_moment_is_told(kind: str, share: float) -> None:
    whole = sound_bytes(kind, changing(), RATE)
    found = decode(patched(whole, round(share * len(whole)), np.random.default_rng(0).bytes(20_000)))
    assert found.seconds == pytest.approx(2 * CHANGE_SECONDS, abs=LOST_SECONDS)
    assert found.seconds < 2 * CHANGE_SECONDS
    damage, length = found.warnings
    at_seconds = float(damage.removeprefix("The file is damaged after ").split(" s;")[0])
    assert at_seconds == pytest.approx(share * 2 * CHANGE_SECONDS, abs=2 * BLOCK_FRAMES / RATE)
    assert length == f"The header says 16.00 s, {found.seconds:.2f} s could be decoded."


def test_a_page_that_is_lost_is_told() -> None:
    """FFmpeg passes over a damaged Ogg page without a word."""
    whole = sound_bytes("ogg_vorbis", changing(), RATE)
    found = decode(patched(whole, len(whole) // 3, np.random.default_rng(0).bytes(200)))
    assert found.seconds < 2 * CHANGE_SECONDS - 0.1
    [warning] = found.warnings
    assert warning.startswith("The header says 16.0")


@pytest.mark.parametrize("error", [NoAudioTrack, UnsupportedFormat, UnsupportedChannels, UnsupportedSampleRate])
def test_what_the_second_decoder_says_takes_nothing_away(
    error: type[EarmarkError], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> object:
        raise error("not today")

    data = flac_that_libsndfile_breaks_off()
    monkeypatch.setitem(sound_module._OPENERS, "av", refuse)
    found = decode(data)
    assert 0 < found.seconds < 2 * CHANGE_SECONDS
    assert (found.codec, found.damaged_packets) == ("flac", 0)
    assert "could be decoded" in " ".join(found.warnings)


@pytest.mark.parametrize("kind", sorted(READ_BY_BOTH))
def test_both_decoders_call_a_codec_by_the_same_name(kind: str) -> None:
    file = GuardedFile(io.BytesIO(stereo_file(kind, 1)))
    container, start = find_sound(file)
    file.skip(start)
    names = set()
    for opener in sound_module._OPENERS.values():
        file.seek(0)
        with opener(file, container, no_checkpoint) as track:
            names.add(track.codec)
    assert names == {KINDS[kind].codec}


@pytest.mark.parametrize("kind", ["mp3", "ogg_vorbis"])
def test_a_decoder_that_cannot_even_begin_leaves_it_to_the_other(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> object:
        raise ValueError("not today")

    expected = decode(stereo_file(kind, 1))
    monkeypatch.setattr("av.open", refuse)
    found = decode(stereo_file(kind, 1))
    assert (found.container, found.codec, found.channels) == (expected.container, expected.codec, expected.channels)
    assert found.seconds == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("kind", KINDS)
def test_blocks_are_mono_float32_and_not_too_large(kind: str) -> None:
    with open_sound(io.BytesIO(stereo_file(kind, 5)), Limits()) as sound:
        for block in sound.mono_blocks():
            assert block.dtype == np.float32
            assert block.ndim == 1
            assert 0 < len(block) <= BLOCK_FRAMES


@pytest.mark.parametrize("kind", ["wav_16", "mp3", "m4a_aac", "ogg_opus"])
def test_the_checkpoint_stops_it(kind: str) -> None:
    stopping = False

    def checkpoint() -> None:
        if stopping:
            raise Cancelled("Stop.")

    with open_sound(io.BytesIO(stereo_file(kind, 20)), Limits(), checkpoint) as sound:
        blocks = sound.mono_blocks()
        next(blocks)
        stopping = True
        with pytest.raises(Cancelled):
            list(blocks)
        assert sound.decoded_frames <= 2 * BLOCK_FRAMES


def test_errors_that_name_the_problem() -> None:
    assert "looks like wav" in refusal(stereo_file("wav_16", 1)[:40], UndecodableAudio)
    assert "no sound" in refusal(stereo_file("flac_16", 1)[:200], UndecodableAudio)
    refusal(silent_video(), NoAudioTrack)
