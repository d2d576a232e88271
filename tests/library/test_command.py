"""`earmark library` as a process: real sound, real signals, tables read back."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
import soundfile

from tests.cli.command import EARMARK, earmark, environment
from tests.library.tables import Row, Tables
from tests.library.web_folder import web_folder
from tests.tones import MUSIC_HZ, RATE, tone
from tests.workers.waiting import wait_for


@pytest.fixture(scope="module")
def made(album: Path, tiny_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of the album."""
    output = tmp_path_factory.mktemp("made") / "results.parquet"
    done = earmark("library", album, "--output", output, "--jobs", 2, models=tiny_models)
    assert done.returncode == 1, done.stderr
    assert done.stderr == "12 files analysed, 2 failed, 0.0 hours of sound.\n"
    assert done.stdout == ""
    return output


def test_the_tables_say_what_classify_says(made: Path, album: Path, tiny_models: Path) -> None:
    done = earmark("classify", album, "--format", "json", models=tiny_models)
    answers = {Path(answer["file"]).name: answer for answer in json.loads(done.stdout)}
    tables = Tables.read(made)
    assert tables.dangling() == []
    rows, chunks = tables.rows, tables.chunk_rows
    assert set(rows) == set(answers)
    for name, expected in answers.items():
        if "error" in expected:
            assert rows[name]["status"] == "failed"
            assert rows[name]["error"] == expected["error"]["type"].split(":")[-1]
            assert rows[name]["error_detail"] == expected["error"]["detail"]
            assert name not in chunks
        else:
            del expected["id"], expected["file"]
            assert as_answer(rows[name], chunks[name]) == expected


def test_tags_are_one_column_whatever_their_number(album: Path, eared_models: Path, tmp_path: Path) -> None:
    sounds, output = (album / "b side" / "01.wav", album / "02.wav"), tmp_path / "results.parquet"
    done = earmark("library", *sounds, "--output", output, models=eared_models)
    assert done.returncode == 0, done.stderr
    tables = Tables.read(output)
    assert {"tags", "share.music", "share.both", "share.silent", "genre.other"} <= set(tables.files.column_names)
    assert not [name for name in (*tables.files.column_names, *tables.chunks.column_names) if "Tone" in name]
    answers = json.loads(earmark("classify", *sounds, models=eared_models).stdout)
    for answer in answers:
        name = Path(answer.pop("file")).name
        del answer["id"]
        assert as_answer(tables.rows[name], tables.chunk_rows[name]) == answer


AUDIO = (
    *("container", "codec", "sample_rate", "channels", "duration_seconds"),
    *("silence_ratio", "clipping_ratio", "warnings"),
)


def as_answer(row: Row, chunks: list[Row]) -> Any:
    """The JSON of `classify`, from the tables."""
    return rounded(
        {
            "audio": {name: row[name] for name in AUDIO},
            "models": json.loads(row["models"]),
            "label": row["label"],
            "shares": scores(row, "share"),
            "gate": scores(row, "gate"),
            **{
                branch: {"seconds": row[f"{branch}_seconds"], "probabilities": scores(row, branch)}
                for branch in ("genre", "scene")
            },
            **({"tags": row["tags"]} if "tags" in row else {}),
            "joint": row["joint"],
            "segments": row["segments"],
            "chunks": [
                {
                    "start": chunk["start"],
                    "end": chunk["end"],
                    **{name: scores(chunk, name) for name in ("gate", "genre", "scene")},
                    **({"tags": chunk["tags"]} if "tags" in chunk else {}),
                }
                for chunk in chunks
            ],
        }
    )


def scores(row: Row, listener: str) -> dict[str, float] | None:
    found = {name.split(".")[1]: value for name, value in row.items() if name.startswith(f"{listener}.")}
    return found if any(value is not None for value in found.values()) else None


def rounded(value: Any) -> Any:
    """Six decimals, which is all that 32 bits hold and all that the answer says."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return round(value, 6) if isinstance(value, float) else value


def test_killed_in_the_middle_it_goes_on(album: Path, made: Path, tiny_models: Path, tmp_path: Path) -> None:
    """Twice, without warning; nothing is missing then, nothing there twice, and nothing saved was done again."""
    shelf, output = tmp_path / "shelf", tmp_path / "results.parquet"
    shutil.copytree(album, shelf)
    saved: list[set[str]] = [set()]
    for goal in (2, 5):
        with running(shelf, output, tiny_models) as process:
            wait_for(partial(_has_saved, output, goal, process))
            children = psutil.Process(process.pid).children(recursive=True)
            process.kill()
            process.wait()
        assert not output.exists()
        saved.append(parts(output))
        assert saved[-2] < saved[-1]
        _, alive = psutil.wait_procs(children, timeout=30)
        assert not alive
    done = earmark("library", shelf, "--output", output, models=tiny_models)
    assert done.returncode == 1, done.stderr
    assert f"Done before: {len(saved[-1])} files" in done.stderr
    tables = Tables.read(output)
    assert tables.dangling() == []
    for table, expected in zip(moved(tables, shelf, album), moved(Tables.read(made), album, album), strict=True):
        assert table == expected


def _has_saved(output: Path, files: int, process: subprocess.Popen[str]) -> bool:
    assert process.poll() is None, "it was through before it could be killed"
    return len(parts(output)) >= files


def moved(tables: Tables, here: Path, there: Path) -> tuple[list[Row], list[Row]]:
    """The rows, as if their files were there."""
    lasting = ("part", "analysis_seconds", "modified")
    return tuple(  # type: ignore[return-value]
        [
            {**{name: value for name, value in row.items() if name not in lasting}}
            | {"path": row["path"].replace(str(here), str(there))}
            for row in table.to_pylist()
        ]
        for table in (tables.files, tables.chunks)
    )


def parts(output: Path) -> set[str]:
    return {file.name for file in (output.with_suffix(".chunks") / "_run").glob("part-*.files.parquet")}


@contextmanager
def running(inputs: Path, output: Path, models: Path) -> Iterator[subprocess.Popen[str]]:
    """Each file is saved at once."""
    command = [EARMARK, "library", inputs, "--output", output, "--save-seconds", "0", "--jobs", "1"]
    process = subprocess.Popen(
        [str(word) for word in command],
        env=environment(models),
        text=True,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_an_interrupt_saves_what_was_done(album: Path, made: Path, tiny_models: Path, tmp_path: Path) -> None:
    """As Ctrl-C does, which the terminal sends to every process of the group."""
    output = tmp_path / "results.parquet"
    with running(album, output, tiny_models) as process:
        wait_for(lambda: parts(output))
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=180)
    assert process.returncode == 130, said
    assert said.startswith("Stopping once the files under way are finished. Ctrl-C again stops at once.\n")
    assert said.endswith("Run the same command again to resume.\n")
    assert "Traceback" not in said
    saved = len(parts(output))
    done = earmark("library", album, "--output", output, "--jobs", 1, models=tiny_models)
    assert f"Done before: {saved} files" in done.stderr
    assert Tables.read(output).same_as(Tables.read(made))


def test_two_cannot_write_the_same(album: Path, tiny_models: Path, tmp_path: Path) -> None:
    output = tmp_path / "results.parquet"
    with running(album, output, tiny_models) as process:
        wait_for(lambda: parts(output))
        process.send_signal(signal.SIGSTOP)
        done = earmark("library", album, "--output", output, models=tiny_models)
        process.send_signal(signal.SIGCONT)
        process.communicate(timeout=180)
    assert done.returncode == 2
    assert f"Process {process.pid} is writing to this --output." in done.stderr
    assert process.returncode == 1
    assert len(Tables.read(output).rows) == 14


def test_patterns_lists_and_urls(tiny_models: Path, tmp_path: Path) -> None:
    for name in ("one.wav", "two.wav", "three.wav"):
        soundfile.write(tmp_path / name, tone(MUSIC_HZ["low"], 3), RATE)
    output = tmp_path / "results.parquet"
    with web_folder(tmp_path) as url:
        (tmp_path / "list.csv").write_text(f"url\n{url}/three.wav\n{url}/gone.wav\ntwo.wav\n")
        words = (f"{tmp_path}/*e.wav", tmp_path / "list.csv", "--output", output)
        done = earmark("library", *words, models=tiny_models)
        assert done.returncode == 1, done.stderr
        again = earmark("library", *words, models=tiny_models)
    assert "0 files analysed, 0 failed" in again.stderr
    rows = {row["path"].removeprefix(f"{tmp_path}/"): row for row in Tables.read(output).files.to_pylist()}
    assert set(rows) == {"one.wav", "two.wav", "three.wav", f"{url}/three.wav", f"{url}/gone.wav"}
    assert rows[f"{url}/gone.wav"]["error"] == "file-missing"
    assert {row["label"] for row in rows.values() if row["status"] == "ok"} == {"music/low"}
    assert rows[f"{url}/three.wav"]["size_bytes"] == rows["three.wav"]["size_bytes"]


def test_other_options_need_another_table(made: Path, album: Path, tiny_models: Path) -> None:
    done = earmark("library", album, "--output", made, "--hop-seconds", 1, models=tiny_models)
    assert done.returncode == 2
    assert "was made otherwise: hop_seconds was 3.0, now 1.0." in done.stderr
    assert "--again" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "There is no file and no folder nowhere."),
        (["empty"], "There is no audio file in what was named."),
        (["s4://bucket/music"], "s4://bucket/music cannot be opened."),
        (["empty", "--models-dir", "empty"], "There are no models."),
    ],
)
def test_what_cannot_be_done_is_refused(tiny_models: Path, tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "empty").mkdir()
    done = earmark("library", "--output", "out.parquet", *arguments, models=tiny_models, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out.parquet").exists()


@pytest.mark.parametrize(
    ("package", "words", "extra"), [("pyarrow", [], "library"), ("ray", ["--engine", "ray"], "ray")]
)
def test_a_missing_package_is_named(tmp_path: Path, package: str, words: list[str], extra: str) -> None:
    script = f"import sys; sys.modules[{package!r}] = None; from service.cli import main; main()"
    command = [sys.executable, "-c", script, "library", str(tmp_path), "--output", "o.parquet", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(
        f"earmark[{extra}] is not installed: {package} is missing. Run `pip install 'earmark-"
    )
    assert f"`.venv/bin/pip install -e '.[{extra}]'`" in done.stderr
