import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.audio.accepted import Limits
from service.audio.decoded import BLOCK_FRAMES
from service.audio.sound import open_sound
from service.engine import Engine
from service.errors import Cancelled, DeadlineExceeded
from service.settings import Settings
from service.types import Progress
from tests.audio.decoding import stereo_file
from tests.sound_files import sound_bytes, write_sound
from tests.tones import tone

RATE = 16_000
LONG_SECONDS = 400.0
PICTURE_BYTES = 10_000_000
READS_BEFORE_THE_DEADLINE = 8


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = write_sound(tmp_path_factory.mktemp("long"), "wav_16", tone(300, LONG_SECONDS, RATE), RATE)
    yield path
    path.unlink()


def test_the_deadline(engine: Engine, long_file: Path) -> None:
    hurried = Engine(engine.cascade, Settings(max_analysis_seconds=0.02))
    with pytest.raises(DeadlineExceeded) as caught:
        hurried.analyse(long_file)
    assert caught.value.status == 504
    assert "0.02 s are allowed" in caught.value.detail
    assert "stopped after 0." in caught.value.detail


@pytest.mark.parametrize("kind", ["wav_16", "mp3", "m4a_aac", "ogg_vorbis"])
def test_a_deadline_that_passed_at_once(engine: Engine, kind: str) -> None:
    hurried = Engine(engine.cascade, Settings(max_analysis_seconds=1e-9))
    with pytest.raises(DeadlineExceeded):
        hurried.analyse(io.BytesIO(sound_bytes(kind, tone(300, 1, RATE), RATE)))


def test_a_deadline_that_passes_among_the_pictures() -> None:
    """Ten megabytes of them follow a second of sound."""
    sound = stereo_file("webm_opus", 1)
    reads = 0

    class Counting(io.BytesIO):
        def read(self, count: int | None = -1, /) -> bytes:
            nonlocal reads
            reads += 1
            return super().read(count)

    def checkpoint() -> None:
        if reads > READS_BEFORE_THE_DEADLINE:
            raise DeadlineExceeded("Too late.")

    void = b"\xec\x01" + PICTURE_BYTES.to_bytes(7, "big") + bytes(PICTURE_BYTES)
    with (
        pytest.raises(DeadlineExceeded),
        open_sound(Counting(sound + void), Limits(), checkpoint) as opened,
    ):
        list(opened.mono_blocks())
    assert reads <= READS_BEFORE_THE_DEADLINE + 1


@pytest.mark.parametrize("stop_at_seconds", [0.0, 60.0, 300.0])
def test_a_cancelled_analysis_stops_within_a_batch(engine: Engine, long_file: Path, stop_at_seconds: float) -> None:
    heard: list[Progress] = []
    answers: list[bool] = []

    def cancelled() -> bool:
        answers.append(bool(heard) and heard[-1].done_seconds >= stop_at_seconds)
        return answers[-1]

    with pytest.raises(Cancelled):
        engine.analyse(long_file, on_progress=heard.append, cancelled=cancelled)
    assert answers.count(True) == 1  # asked once, and never again
    assert stop_at_seconds <= heard[-1].done_seconds <= stop_at_seconds + BLOCK_FRAMES / RATE


def test_an_analysis_that_no_one_stops_tells_how_far_it_is(engine: Engine, long_file: Path) -> None:
    heard: list[Progress] = []
    engine.analyse(long_file, on_progress=heard.append)
    done = [progress.done_seconds for progress in heard]
    assert done == sorted(done)
    assert done[-1] == pytest.approx(LONG_SECONDS)
    assert {progress.total_seconds for progress in heard} == {LONG_SECONDS}
