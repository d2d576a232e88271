import io
import math

import numpy as np
import pytest

from service.engine import Engine
from service.types import SILENCE, LabelProbability, Report
from tests.audio.decoding import RATE, stereo
from tests.sound_files import KINDS, sound_bytes
from tests.tones import silence, tone

CHUNKS_SECONDS = 3.0


def analyse(engine: Engine, samples: np.ndarray, kind: str = "wav_float", rate: int = RATE) -> Report:
    answer = engine.analyse(io.BytesIO(sound_bytes(kind, samples, rate)))
    for probability in probabilities(answer):
        assert 0 <= probability <= 1  # which no NaN is
    assert math.fsum(item.probability for item in answer.joint) == pytest.approx(1)
    return answer


def probabilities(answer: Report) -> list[float]:
    scores = [answer.gate, *(branch.probabilities for branch in answer.branches.values())]
    for chunk in answer.chunks:
        scores += [chunk.gate, *chunk.branches.values()]
    found = [probability for one in scores if one for probability in one.values()]
    return found + [item.probability for item in answer.joint] + [segment.probability for segment in answer.segments]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers(engine: Engine, bad: float) -> None:
    samples = np.concatenate([tone(300, 6, RATE), tone(1_500, 3, RATE)])
    samples[RATE : 2 * RATE : 100] = bad
    answer = analyse(engine, samples)
    assert any("no finite numbers" in warning for warning in answer.audio.warnings)
    assert answer.chunks[1].gate == pytest.approx({"music": 1, "speech": 0}, abs=0.01)


def test_nothing_but_nan_is_silence(engine: Engine) -> None:
    answer = analyse(engine, np.full(5 * RATE, np.nan, dtype=np.float32))
    assert answer.label == SILENCE
    assert any(f"{5 * RATE}." in warning for warning in answer.audio.warnings)


@pytest.mark.parametrize("kind", ["wav_float", "wav_double"])
def test_huge_samples(engine: Engine, kind: str) -> None:
    answer = analyse(engine, stereo(6) * np.float32(1e30), kind)
    assert any("8 times full scale" in warning for warning in answer.audio.warnings)
    assert answer.audio.clipping_ratio > 0.99


@pytest.mark.parametrize("kind", ["wav_16", "wav_u8", "flac_16", "mp3", "ogg_opus", "m4a_aac"])
def test_silence_is_an_answer(engine: Engine, kind: str) -> None:
    answer = analyse(engine, silence(7, RATE), kind)
    assert answer.label == SILENCE
    assert answer.gate is None
    assert answer.joint == (LabelProbability(SILENCE, 1.0),)
    assert all(branch.probabilities is None and branch.seconds == 0 for branch in answer.branches.values())
    assert all(chunk.gate is None for chunk in answer.chunks)
    assert [segment.label for segment in answer.segments] == [SILENCE]
    assert answer.audio.silence_ratio == 1
    assert answer.audio.warnings == ()


@pytest.mark.parametrize("kind", KINDS)
def test_ten_milliseconds_of_sound(engine: Engine, kind: str) -> None:
    """Codecs make up to a tenth of a second of it."""
    answer = analyse(engine, tone(300, 0.01, RATE), kind)
    assert len(answer.chunks) == 1
    assert 0 < answer.audio.duration_seconds < 0.12
    assert any("less than a chunk of 3 s" in warning for warning in answer.audio.warnings)


@pytest.mark.parametrize("frames", [1, 2, 100])
def test_a_few_samples(engine: Engine, frames: int) -> None:
    answer = analyse(engine, np.full(frames, 0.5, dtype=np.float32))
    assert answer.chunks[0].end == pytest.approx(frames / RATE)
    assert answer.audio.warnings


def test_a_constant_is_no_sound_to_stumble_over(engine: Engine) -> None:
    analyse(engine, np.full(4 * RATE, 0.9, dtype=np.float32))


@pytest.mark.parametrize("rate", [4_000, 192_000])
def test_the_lowest_and_the_highest_rate(engine: Engine, rate: int) -> None:
    answer = analyse(engine, np.stack([tone(300, 6, rate)] * 8), rate=rate)
    assert answer.label == "music/low"
    assert answer.audio.channels == 8
