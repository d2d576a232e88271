"""Live streams, each with a real worker process of its own."""

import asyncio
import io
import json
import os
import signal
import threading
from collections.abc import Sequence
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import psutil
import pytest
import soundfile

from service.audio.accepted import Encoding
from service.engine import Engine
from service.errors import EarmarkError, EmptyFile, NoModels, QueueFull, TooLong, UnsupportedChannels, WorkerCrashed
from service.formats.document import View, document
from service.settings import Settings
from service.types import Options
from service.workers.async_pool import AsyncWorkerPool, LiveSession
from service.workers.messages import LiveJob, Piece, Written
from service.workers.worker_main import answer_live
from tests.tones import RATE, medley
from tests.workers.asking import GIBIBYTE, left_behind, open_files, started
from tests.workers.waiting import happens

BLOCK_BYTES = 3_333
"""A tenth of a second of 16 bits, and no whole number of frames."""


def live_job(encoding: Encoding = "pcm_s16le", channels: int = 1, **options: Any) -> LiveJob:
    return LiveJob(RATE, channels, encoding, Options(**options), View())


def samples(encoding: Encoding) -> Any:
    """The medley in that encoding, (n,)."""
    return medley() if encoding == "pcm_f32le" else (medley() * 32_768).astype("<i2")


def pcm(encoding: Encoding) -> bytes:
    return bytes(samples(encoding).tobytes())


async def push_all(session: LiveSession, data: bytes) -> None:
    for start in range(0, len(data), BLOCK_BYTES):
        await session.push(data[start : start + BLOCK_BYTES])
    await session.finish()


async def hold(pid: int) -> None:
    """Stops the process, and returns once it stands still."""
    os.kill(pid, signal.SIGSTOP)
    await happens(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED)


async def outcome(session: LiveSession) -> tuple[list[Any], dict[str, Any], Written]:
    """The chunks and the report, as JSON, and the answer."""
    chunks: list[Any] = []
    async for message in session.messages():
        if isinstance(message, Written):
            return chunks, json.loads(message.text), message
        chunks.append(json.loads(message.text)["chunk"])
    raise AssertionError("there was no answer")


async def streamed(pool: AsyncWorkerPool, job: LiveJob, data: bytes) -> tuple[list[Any], dict[str, Any], Written]:
    async with pool.live(job) as session:
        pushing = asyncio.ensure_future(push_all(session, data))
        found = await outcome(session)
        await pushing
        return found


@pytest.mark.parametrize("encoding", ["pcm_s16le", "pcm_f32le"])
def test_a_stream_is_answered_as_the_file_would_be(settings: Settings, engine: Engine, encoding: Encoding) -> None:
    async def ask() -> tuple[list[Any], dict[str, Any], Written]:
        async with started(settings) as pool:
            return await streamed(pool, live_job(encoding, hop_seconds=1.5), pcm(encoding))

    chunks, report, answer = asyncio.run(ask())
    file = io.BytesIO()
    soundfile.write(file, samples(encoding), RATE, "FLOAT" if encoding == "pcm_f32le" else "PCM_16", format="WAV")
    expected = document(engine.analyse(file, Options(hop_seconds=1.5)), View())
    assert len(chunks) == 22
    for mine, theirs in zip(chunks, expected.pop("chunks"), strict=True):
        assert (mine["start"], mine["end"]) == (theirs["start"], theirs["end"])
        for part in ("gate", "genre", "scene"):
            assert (mine[part] is None) is (theirs[part] is None)
            for label, probability in (theirs[part] or {}).items():
                assert mine[part][label] == pytest.approx(probability, abs=1e-4)
    assert [one["label"] for one in report["segments"]] == [one["label"] for one in expected["segments"]]
    assert report["audio"] == {**expected["audio"], "container": "pcm", "codec": encoding}
    assert list(report) == list(expected)
    assert answer.facts.container == "pcm"
    assert answer.facts.chunks == 22
    assert answer.facts.audio_seconds == 34.5


def test_the_waveform_grows_with_the_chunks(settings: Settings, engine: Engine) -> None:
    async def ask() -> list[list[float]]:
        async with started(settings) as pool, pool.live(live_job(hop_seconds=1.5, peaks_per_second=20)) as session:
            pushing = asyncio.ensure_future(push_all(session, pcm("pcm_s16le")))
            found = [json.loads(message.text)["peaks"] async for message in session.messages()]
            await pushing
            return found

    *of_chunks, rest = asyncio.run(ask())
    assert [len(peaks) for peaks in of_chunks] == [60, *[30] * 21]
    assert not rest
    file = io.BytesIO()
    soundfile.write(file, samples("pcm_s16le"), RATE, "PCM_16", format="WAV")
    expected = document(engine.analyse(file, Options(peaks_per_second=20)), View())["peaks"]["values"]
    assert [value for peaks in of_chunks for value in peaks] == expected


def test_chunks_come_at_once(settings: Settings) -> None:
    sound = pcm("pcm_s16le")

    async def ask() -> None:
        async with started(settings) as pool, pool.live(live_job()) as session:
            await session.push(sound[: int(3.5 * RATE) * 2])
            messages = session.messages()
            first = await asyncio.wait_for(anext(messages), 30)
            assert isinstance(first, Piece)
            assert "\n" not in first.text
            assert json.loads(first.text)["chunk"]["end"] == 3.0
            await session.finish()
            *_, last = [message async for message in messages]
            assert isinstance(last, Written)

    asyncio.run(ask())


class SlowSound(io.BytesIO):
    """Each read takes a minute of a clock of its own, which stands still otherwise."""

    now = 0.0

    def read(self, size: int | None = -1, /) -> bytes:
        self.now += 60
        return super().read(size)


def test_waiting_for_sound_is_no_work(engine: Engine) -> None:
    sound = SlowSound(pcm("pcm_s16le"))
    ours, theirs = Pipe()
    with ours, theirs:
        answer = answer_live(engine, live_job(), sound, theirs, lambda: sound.now)
    assert sound.now > 60
    assert answer.facts.stages["decode"] == 0


def test_who_pushes_faster_than_is_heard_waits(settings: Settings) -> None:
    pushed = 0

    async def push(session: LiveSession, times: int) -> None:
        nonlocal pushed
        for _ in range(times):
            await session.push(bytes(16_000))
            pushed += 16_000
        await session.finish()

    async def ask() -> int:
        async with started(settings) as pool, pool.live(live_job()) as session:
            pid = session.pid
            assert pid
            await hold(pid)
            pushing = asyncio.ensure_future(push(session, 100))
            await asyncio.sleep(0)  # it pushes without a pause until it has to wait
            before = pushed
            assert not pushing.done()
            os.kill(pid, signal.SIGCONT)
            _, report, _ = await outcome(session)
            await pushing
            assert report["audio"]["duration_seconds"] == 50.0
            return before

    assert 0 < asyncio.run(ask()) < 400_000


def test_a_stream_whose_worker_dies_says_so_and_holds_up_nobody(settings: Settings) -> None:
    async def ask() -> None:
        async with started(settings) as pool, pool.live(live_job()) as session:
            assert session.pid
            await hold(session.pid)
            pushing = asyncio.ensure_future(push_all(session, bytes(2_000_000)))
            await asyncio.sleep(0)  # it pushes until it has to wait
            assert not pushing.done()
            os.kill(session.pid, signal.SIGKILL)
            with pytest.raises(WorkerCrashed):
                await outcome(session)
            await asyncio.wait_for(pushing, 30)
            assert pool.restarts == 0

    asyncio.run(ask())


@pytest.mark.parametrize(
    ("job", "data", "error"),
    [
        (live_job(), bytes(RATE * 2 * 4), TooLong),
        (live_job(), b"\0", EmptyFile),
        (live_job(channels=9), bytes(1_000_000), UnsupportedChannels),
    ],
)
def test_what_cannot_be_heard_is_refused(
    settings: Settings, job: LiveJob, data: bytes, error: type[EarmarkError]
) -> None:
    async def ask() -> None:
        async with started(settings.model_copy(update={"max_duration_seconds": 3.0})) as pool:
            with pytest.raises(error):
                await streamed(pool, job, data)

    asyncio.run(ask())


def test_a_stream_may_be_told_where_to_end(settings: Settings) -> None:
    async def ask() -> Sequence[Any]:
        async with started(settings) as pool:
            chunks, _, _ = await streamed(pool, live_job(end_seconds=6.0), pcm("pcm_s16le"))
            return chunks

    assert [one["end"] for one in asyncio.run(ask())] == [3.0, 6.0]


def test_no_more_streams_than_are_allowed_and_none_outlives_its_block(settings: Settings) -> None:
    async def ask() -> None:
        async with started(settings):
            pass  # the fork server stays
        threads, files = set(threading.enumerate()), open_files()
        pids = []
        async with started(settings, max_live=1) as pool:
            for _ in range(2):
                async with pool.live(live_job()) as session:
                    assert session.pid
                    pids.append(session.pid)
                    assert pool.live_streams == 1
                    with pytest.raises(QueueFull, match="1 live streams are possible") as caught:
                        async with pool.live(live_job()):
                            pass
                    assert caught.value.retry_after_seconds
                assert pool.live_streams == 0
                assert not psutil.pid_exists(pids[-1])
        assert not left_behind(pids, threads, files)

    asyncio.run(ask())


def test_stopping_the_pool_ends_streams_with_an_error(settings: Settings) -> None:
    async def ask() -> None:
        pool = AsyncWorkerPool(settings, 1, memory_bytes=2 * GIBIBYTE, max_queue_seconds=60.0, max_live=1)
        await pool.start()
        async with pool.live(live_job()) as session:
            answering = asyncio.ensure_future(outcome(session))
            await session.push(bytes(1000))
            await pool.stop()
            with pytest.raises(EarmarkError, match="The service stopped"):
                await answering

    asyncio.run(ask())


def test_a_stream_that_gets_no_worker_says_why(settings: Settings, tmp_path: Path) -> None:
    async def ask() -> None:
        pool = AsyncWorkerPool(
            Settings(models_dir=tmp_path), 1, memory_bytes=2 * GIBIBYTE, max_queue_seconds=60.0, max_live=1
        )
        with pytest.raises(NoModels):
            async with pool.live(live_job()):
                pass
        assert pool.live_streams == 0
        await pool.stop()

    asyncio.run(ask())
