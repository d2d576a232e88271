"""What workers answer an event loop: the engine's own answers, whole or as they come."""

import asyncio
import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from service.engine import Engine
from service.errors import (
    EmptyFile,
)
from service.formats.catalogue import FORMATS
from service.formats.document import View
from service.settings import Settings
from service.types import Options, Report
from service.workers.messages import Job, Writing, Written
from tests.tones import RATE, medley
from tests.workers.asking import (
    report,
    said,
    started,
    written,
)


def test_workers_answer_as_the_engine_does(settings: Settings, engine: Engine, wav: Path) -> None:
    async def ask() -> Report:
        async with started(settings) as pool:
            return await report(pool, Job(str(wav), Options(hop_seconds=1.5)))

    expected = engine.analyse(wav, Options(hop_seconds=1.5))
    assert dataclasses.replace(asyncio.run(ask()), id="") == dataclasses.replace(expected, id="")


def test_a_file_without_a_name_is_written_about_in_every_format(settings: Settings, engine: Engine, wav: Path) -> None:
    view = View("chunks", 2)

    async def ask() -> list[Written]:
        async with started(settings) as pool:
            jobs = [Job(None, Options(), Writing(name, "a name", view)) for name in FORMATS]
            return [(await written(pool, job, wav))[1] for job in jobs]

    expected = engine.analyse(wav)
    for form, answer in zip(FORMATS.values(), asyncio.run(ask()), strict=True):
        expected_text = form.write(expected, "a name", view)
        if form.name in {"json", "ndjson"}:
            assert len(answer.text) == len(expected_text)  # they have ids
        else:
            assert answer.text == expected_text
        assert answer.facts.container == "wav"
        assert answer.facts.audio_seconds == 34.5
        assert answer.facts.chunks == 12
        assert set(answer.facts.stages) == {"decode", "features", "models", "write"}
        assert all(0 <= spent < 30 for spent in answer.facts.stages.values())


@pytest.mark.parametrize("options", [Options(), Options(hop_seconds=0.7, start_seconds=5, peaks_per_second=20)])
def test_lines_come_while_the_file_is_analysed(settings: Settings, tmp_path: Path, options: Options) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(path, np.tile(medley(), 10), RATE)
    view = View("chunks")

    async def ask(as_it_comes: bool) -> tuple[list[str], Written]:
        async with started(settings) as pool:
            return await written(pool, Job(None, options, Writing("ndjson", "x", view, as_it_comes)), path)

    pieces, rest = asyncio.run(ask(as_it_comes=True))
    _, whole = asyncio.run(ask(as_it_comes=False))
    lines = ("".join(pieces) + rest.text).splitlines()
    assert len(pieces) > 3
    assert lines[:-1] == whole.text.splitlines()[:-1]
    assert rest.text == lines[-1] + "\n"
    assert {**json.loads(lines[-1]), "id": ""} == {**json.loads(whole.text.splitlines()[-1]), "id": ""}
    assert rest.facts.chunks == len(lines) - 1 > 100


def test_a_bad_file_costs_only_itself(settings: Settings, tmp_path: Path, wav: Path) -> None:
    (tmp_path / "empty").touch()

    async def ask() -> Report:
        async with started(settings) as pool:
            with pytest.raises(EmptyFile):
                await said(pool, Job(None, Options()), tmp_path / "empty")
            return await report(pool, Job(str(wav), Options()))

    assert asyncio.run(ask()).label == "music/low"
