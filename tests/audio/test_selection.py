import io
from dataclasses import astuple

import numpy as np
import pytest

from service.engine import Engine
from service.errors import InvalidOption
from service.types import Options
from tests.audio.decoding import RATE, decode
from tests.sound_files import sound_bytes
from tests.tones import medley

PARTS = [(0.0, 9.0), (3.0, 12.0), (4.7, 20.01), (18.25, None), (30.0, 31.0), (0.0, 100.0), (33.4, None)]


@pytest.mark.parametrize("kind", ["wav_16", "flac_16", "mp3", "ogg_opus", "m4a_aac"])
@pytest.mark.parametrize(("start", "end"), PARTS)
def test_a_part_is_heard_like_a_file_cut_there(engine: Engine, kind: str, start: float, end: float | None) -> None:
    whole = sound_bytes(kind, medley(RATE), RATE)
    heard = decode(whole)
    rate = heard.sample_rate
    cut = heard.mono[round(start * rate) : None if end is None else round(end * rate)]
    expected = engine.analyse(io.BytesIO(sound_bytes("wav_float", cut, rate)))
    answer = engine.analyse(io.BytesIO(whole), Options(start_seconds=start, end_seconds=end))
    assert answer.label == expected.label
    assert answer.gate == pytest.approx(expected.gate)
    assert dict(map(astuple, answer.joint)) == pytest.approx(dict(map(astuple, expected.joint)))
    assert [(chunk.gate, chunk.branches) for chunk in answer.chunks] == [
        (chunk.gate, chunk.branches) for chunk in expected.chunks
    ]
    for ours, theirs in ((answer.chunks, expected.chunks), (answer.segments, expected.segments)):
        np.testing.assert_allclose([one.start - start for one in ours], [one.start for one in theirs], atol=1e-6)
        np.testing.assert_allclose([one.end - start for one in ours], [one.end for one in theirs], atol=1e-6)


def test_a_part_says_nothing_of_what_was_not_read(engine: Engine) -> None:
    audio = engine.analyse(io.BytesIO(sound_bytes("wav_16", medley(RATE), RATE)), Options(end_seconds=5)).audio
    assert audio.warnings == ()
    assert audio.duration_seconds == pytest.approx(34.5)


@pytest.mark.parametrize("start", [34.5, 40.0, 1e6])
def test_a_part_behind_the_end(engine: Engine, start: float) -> None:
    with pytest.raises(InvalidOption, match=r"the sound lasts 34\.500 s"):
        engine.analyse(io.BytesIO(sound_bytes("wav_16", medley(RATE), RATE)), Options(start_seconds=start))
