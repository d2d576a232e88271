"""What a second run does, and what it leaves alone."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from service.errors import EarmarkError, InvalidOption, ModelError
from service.library.backlog import Backlog
from service.library.items import FileOutcome
from service.library.library_engine import Recorder
from service.timeline.segments import CHUNK_SMOOTHING, STEP_SMOOTHING
from service.types import Options
from tests.library.made_up import BAD, MODELS, SHARES, TAGS, MadeUpEngine, answer, fill, report, run
from tests.library.tables import Tables

SIZES = {"a.wav": 2, "b.wav": 3, "bad.wav": BAD}
CHUNKS = {"a.wav": 2, "b.wav": 3, "bad.wav": 0}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fill(tmp_path / "sounds", SIZES)
    return tmp_path / "sounds"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "results.parquet"


@pytest.mark.parametrize("save_seconds", [0.0, 60.0])
def test_every_file_has_its_row(folder: Path, output: Path, save_seconds: float) -> None:
    tally = run([folder], output, save_seconds=save_seconds)
    assert (tally.ok, tally.failed, tally.to_do, tally.is_all_known) == (2, 1, 3, True)
    tables = Tables.read(output)
    tables.check(CHUNKS)
    row = tables.rows["bad.wav"]
    assert (row["error"], row["error_detail"]) == ("undecodable-audio", "Nothing could be decoded.")
    assert (row["label"], row["gate.music"], row["segments"]) == (None, None, None)
    status = (folder / "a.wav").stat()
    row = tables.rows["a.wav"]
    assert (row["size_bytes"], row["modified"].value) == (status.st_size, status.st_mtime_ns)
    assert json.loads(row["models"]) == MODELS.references
    assert {name: row[f"share.{name}"] for name in SHARES} == SHARES
    listed = [{"label": label, "probability": probability} for label, probability in TAGS.items()]
    assert row["tags"] == listed
    assert row["segments"][0]["tags"] == listed
    assert [one["tags"] for one in tables.chunk_rows["a.wav"]] == [listed] * 2
    assert len(set(tables.chunks["part"].to_pylist())) == (2 if save_seconds == 0 else 1)


def test_what_is_done_is_not_done_again(folder: Path, output: Path) -> None:
    run([folder], output)
    written = output.stat().st_mtime_ns
    fill(folder, {"c.wav": 1})
    engine = MadeUpEngine()
    tally = run([folder], output, engine)
    assert engine.done == ["c.wav"]
    assert (tally.ok, tally.ok_before, tally.failed_before) == (1, 2, 1)
    Tables.read(output).check({**CHUNKS, "c.wav": 1})
    assert output.stat().st_mtime_ns > written
    rested = MadeUpEngine()
    run([folder], output, rested)
    assert not rested.done


def test_a_file_that_changed_is_done_again(folder: Path, output: Path) -> None:
    run([folder], output, save_seconds=60)
    fill(folder, {"a.wav": 5})
    (folder / "b.wav").touch()
    engine = MadeUpEngine()
    run([folder], output, engine)
    assert engine.done == ["a.wav", "b.wav"]
    Tables.read(output).check({"a.wav": 5, "b.wav": 3, "bad.wav": 0})


def test_a_version_that_comes_back_is_done_again(folder: Path, output: Path) -> None:
    first = (folder / "a.wav").stat()
    run([folder], output)
    fill(folder, {"a.wav": 5})
    run([folder], output)
    fill(folder, {"a.wav": 2})
    os.utime(folder / "a.wav", ns=(first.st_atime_ns, first.st_mtime_ns))
    run([folder], output)
    Tables.read(output).check(CHUNKS)


def test_what_failed_is_tried_again_if_wanted(folder: Path, output: Path) -> None:
    run([folder], output)
    engine = MadeUpEngine()
    tally = run([folder], output, engine, retry_failed=True)
    assert engine.done == ["bad.wav"]
    assert (tally.failed, tally.failed_before) == (1, 0)
    Tables.read(output).check(CHUNKS)


def test_other_inputs_are_added(folder: Path, output: Path, tmp_path: Path) -> None:
    run([folder], output)
    fill(tmp_path / "more", {"c.wav": 1})
    run([tmp_path / "more"], output)
    Tables.read(output).check({**CHUNKS, "c.wav": 1})


def test_a_file_that_is_found_twice_is_done_once(folder: Path, output: Path) -> None:
    engine = MadeUpEngine()
    run([folder, folder / "a.wav", f"{folder}/*.wav"], output, engine)
    assert sorted(engine.done) == sorted(SIZES)


@pytest.mark.parametrize(
    ("options", "models", "why"),
    [
        (Options(smoothing=2), MODELS, f"smoothing was {STEP_SMOOTHING}, now 2"),
        (Options(), replace(MODELS, speaks_in_steps=False), f"smoothing was {STEP_SMOOTHING}, now {CHUNK_SMOOTHING}"),
        (Options(hop_seconds=1), MODELS, "hop_seconds was 3.0, now 1"),
        (
            Options(),
            replace(MODELS, references={**MODELS.references, "gate": "gate@2.0.0"}),
            "gate was gate@1.0.0",
        ),
        (Options(), replace(MODELS, fingerprint="f2"), "changed under the same names"),
    ],
)
def test_rows_made_in_two_ways_are_not_mixed(
    folder: Path, output: Path, options: Options, models: object, why: str
) -> None:
    run([folder], output)
    with pytest.raises(InvalidOption, match=why):
        run([folder], output, options=options, models=models)  # type: ignore[arg-type]
    Tables.read(output).check(CHUNKS)


def test_all_is_done_again_if_wanted(folder: Path, output: Path, tmp_path: Path) -> None:
    run([folder], output)
    (folder / "b.wav").unlink()
    engine = MadeUpEngine()
    run([folder], output, engine, options=Options(hop_seconds=1), again=True)
    assert sorted(engine.done) == ["a.wav", "bad.wav"]
    tables = Tables.read(output)
    tables.check({"a.wav": 2, "bad.wav": 0})
    assert json.loads(tables.rows["a.wav"]["options"])["hop_seconds"] == 1
    rested = MadeUpEngine()
    run([folder], output, rested, options=Options(hop_seconds=1))
    assert not rested.done


def test_all_again_goes_on_where_it_was_interrupted(folder: Path, output: Path) -> None:
    run([folder], output)
    fill(folder, {"a.wav": 5})
    stopped = Stopping(after=1)
    run([folder], output, stopped, again=True, stopping=stopped)
    Tables.read(output).check(CHUNKS)  # what was published stays until the new rows are all there
    engine = MadeUpEngine()
    run([folder], output, engine)
    assert len(engine.done) == 2
    Tables.read(output).check({**CHUNKS, "a.wav": 5})


class Stopping(MadeUpEngine):
    """Somebody presses Ctrl-C when so many are done; also the answer to whether that was so."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after

    def __call__(self) -> bool:
        return len(self.done) >= self._after

    def work(self, backlog: Backlog, recorder: Recorder) -> None:
        backlog.join()
        super().work(backlog, recorder)


def test_a_run_that_is_stopped_goes_on_later(folder: Path, output: Path) -> None:
    stopped = Stopping(after=2)
    tally = run([folder], output, stopped, stopping=stopped, save_seconds=60)
    assert tally.done == 2
    assert not output.exists()
    engine = MadeUpEngine()
    tally = run([folder], output, engine)
    assert (tally.done, tally.before) == (1, 2)
    Tables.read(output).check(CHUNKS)


class Failing(MadeUpEngine):
    def work(self, backlog: Backlog, recorder: Recorder) -> None:
        recorder.take(FileOutcome(next(backlog.items()), report(2), 0.1))
        raise ModelError("The models are gone.")


def test_what_was_done_before_a_failure_is_kept(folder: Path, output: Path) -> None:
    with pytest.raises(ModelError):
        run([folder], output, Failing(), save_seconds=60)
    engine = MadeUpEngine()
    run([folder], output, engine)
    assert engine.done == ["b.wav", "bad.wav"]
    Tables.read(output).check(CHUNKS)


class Stuttering(MadeUpEngine):
    def work(self, backlog: Backlog, recorder: Recorder) -> None:
        for item in [*backlog.items(), *backlog.items()]:
            recorder.take(FileOutcome(item, answer(item), 0.1))


def test_an_outcome_that_comes_twice_counts_once(folder: Path, output: Path) -> None:
    assert run([folder], output, Stuttering()).done == 3
    Tables.read(output).check(CHUNKS)


class Forgetful(MadeUpEngine):
    def work(self, backlog: Backlog, recorder: Recorder) -> None:
        recorder.take(FileOutcome(next(backlog.items()), report(2), 0.1))


def test_a_file_without_an_answer_is_missed(folder: Path, output: Path) -> None:
    with pytest.raises(EarmarkError, match="2 of 3 files were given no answer"):
        run([folder], output, Forgetful())
    assert not output.exists()


class Updated(MadeUpEngine):
    def work(self, backlog: Backlog, recorder: Recorder) -> None:
        other = replace(report(2), models={"gate": "gate@9.0.0"})
        recorder.take(FileOutcome(next(backlog.items()), other, 0.1))


def test_models_that_change_on_the_way_end_the_run(folder: Path, output: Path) -> None:
    with pytest.raises(ModelError, match=r"gate@9.0.0.*began with gate@1.0.0"):
        run([folder], output, Updated())


def test_a_table_of_somebody_else_is_left_alone(folder: Path, output: Path, tmp_path: Path) -> None:
    pq.write_table(pq.read_table(_any_table(tmp_path)), output)
    before = output.read_bytes()
    with pytest.raises(InvalidOption, match="another"):
        run([folder], output)
    assert output.read_bytes() == before
    assert not output.with_suffix(".chunks").exists()


def _any_table(folder: Path) -> Path:
    import pyarrow as pa

    pq.write_table(pa.table({"x": [1]}), folder / "x.parquet")
    return folder / "x.parquet"


def test_chunks_that_were_taken_away_are_missed(folder: Path, output: Path) -> None:
    run([folder], output)
    (output.with_suffix(".chunks") / "part=1" / "chunks.parquet").unlink()
    (output.with_suffix(".chunks") / "part=1").rmdir()
    with pytest.raises(InvalidOption, match="lacks 1 parts, part=1"):
        run([folder], output)


@pytest.mark.parametrize(
    ("name", "why"),
    [("out.csv", "has to end in .parquet"), ("none/out.parquet", "there is no folder"), ("d.parquet", "is a folder")],
)
def test_an_output_that_cannot_be_is_refused(folder: Path, tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "d.parquet").mkdir()
    with pytest.raises(InvalidOption, match=why):
        run([folder], tmp_path / name)


def test_many_parts_make_one_table(tmp_path: Path, output: Path) -> None:
    sizes = {f"{number:02}.wav": number % 4 + 1 for number in range(30)}
    fill(tmp_path / "many", sizes)
    run([tmp_path / "many"], output)
    fill(tmp_path / "many", {name: size + 1 for name, size in list(sizes.items())[::3]})
    run([tmp_path / "many"], output, save_seconds=60)
    expected = {name: size + (number % 3 == 0) for number, (name, size) in enumerate(sizes.items())}
    Tables.read(output).check(expected)
    assert not [file for file in (output.with_suffix(".chunks") / "_run").iterdir() if file.suffix == ".parquet"]
