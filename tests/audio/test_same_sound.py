import io
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from service.audio.decoded import Samples
from service.engine import Engine
from service.types import Report
from tests.audio.decoding import RATE
from tests.sound_files import KINDS, sound_bytes
from tests.tones import MUSIC_HZ, SCENE_HZ, SPEECH_HZ, silence, tone

TOLERANCE = 0.01
GUARD_SECONDS = 0.2
"""More than codecs shift a sound by: the silent chunk stays silent, whatever comes early or late."""
KIND_OF_REFERENCE = "wav_float"


def parts() -> Samples:
    """34.5 s: low music, speech, high music under speech, a silent chunk, hum, hiss, and 1.5 s of low music."""
    both = tone(MUSIC_HZ["high"], 6 - GUARD_SECONDS, RATE) + tone(SPEECH_HZ, 6 - GUARD_SECONDS, RATE)
    mono = np.concatenate(
        [
            tone(MUSIC_HZ["low"], 9, RATE),
            tone(SPEECH_HZ, 6, RATE),
            both,
            silence(3 + 2 * GUARD_SECONDS, RATE),
            tone(SCENE_HZ["hum"], 6 - GUARD_SECONDS, RATE),
            tone(SCENE_HZ["hiss"], 3, RATE),
            tone(MUSIC_HZ["low"], 1.5, RATE),
        ]
    )
    return np.stack([mono, mono / 2])


def whole_chunks() -> Samples:
    """33 s: eleven chunks, and nothing over but what a codec adds."""
    return parts()[:, : 33 * RATE]


def in_8_bits() -> Samples:
    """What is left of the parts in 8 bits: its noise is as loud as what the tiny models listen for."""
    levels = np.frombuffer(sound_bytes("wav_u8", parts(), RATE)[44:], dtype=np.uint8).reshape(-1, 2)
    return ((levels.T.astype(np.float32) - 128) / 128).astype(np.float32)


@cache
def report(engine: Engine, kind: str, original: Callable[[], Samples] = parts) -> Report:
    return engine.analyse(io.BytesIO(sound_bytes(kind, original(), RATE)))


def numbers(answer: Report) -> dict[str, float]:
    assert answer.gate
    averages = {
        f"{name}/{label}": probability
        for name, branch in answer.branches.items()
        for label, probability in (branch.probabilities or {}).items()
    }
    return {**answer.gate, **averages, **{f"joint {item.label}": item.probability for item in answer.joint}}


def test_the_answer_is_as_the_sound_was_made(engine: Engine) -> None:
    answer = report(engine, KIND_OF_REFERENCE)
    assert answer.label == "music/low"
    assert answer.gate == pytest.approx({"music": (9 + 6 + 1.5) / 31.5, "speech": 12 / 31.5}, abs=0.01)
    assert answer.branches["genre"].seconds == pytest.approx(16.5)
    assert answer.branches["genre"].probabilities == pytest.approx({"low": 10.5 / 16.5, "high": 6 / 16.5}, abs=0.01)
    assert answer.branches["scene"].probabilities == pytest.approx({"hum": 2 / 3, "hiss": 1 / 3}, abs=0.01)
    assert [segment.label for segment in answer.segments].count("silence") == 1


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_the_same_answer(engine: Engine, kind: str) -> None:
    original = in_8_bits if kind == "wav_u8" else parts
    expected, answer = report(engine, KIND_OF_REFERENCE, original), report(engine, kind)
    assert answer.label == expected.label
    assert numbers(answer) == pytest.approx(numbers(expected), abs=TOLERANCE)
    assert len(answer.chunks) == len(expected.chunks)
    assert [segment.label for segment in answer.segments] == [segment.label for segment in expected.segments]


@pytest.mark.parametrize("kind", ["mp3_vbr_no_xing", "mp3_leading_garbage", "m4a_aac", "aac", "ogg_opus"])
def test_what_a_codec_adds_at_the_end_is_no_chunk(engine: Engine, kind: str) -> None:
    expected, answer = report(engine, KIND_OF_REFERENCE, whole_chunks), report(engine, kind, whole_chunks)
    assert len(answer.chunks) == 11
    assert numbers(answer) == pytest.approx(numbers(expected), abs=TOLERANCE)
