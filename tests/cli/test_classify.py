"""`earmark classify`: files and folders in, answers out."""

import csv
import json
import shutil
from pathlib import Path

import pytest
import soundfile

from service.timeline.segments import CHUNK_SMOOTHING, STEP_SMOOTHING
from tests.cli.command import earmark, on_a_terminal
from tests.tones import MUSIC_HZ, RATE, tone


def test_one_file_gives_the_answer_as_json(album: Path, tiny_models: Path) -> None:
    done = earmark("classify", album / "medley.flac", models=tiny_models)
    assert done.returncode == 0
    assert done.stderr == ""
    answer = json.loads(done.stdout)
    assert list(answer) == [
        "id", "audio", "models", "label", "shares", "gate", "genre", "scene", "joint", "segments", "chunks",
    ]  # fmt: skip
    assert answer["label"] == "music/low"
    assert len(answer["chunks"]) == 12


def test_peaks_where_they_are_asked_for(album: Path, tiny_models: Path) -> None:
    words = ["classify", album / "medley.flac", "--peaks-per-second", 10]
    peaks = json.loads(earmark(*words, models=tiny_models).stdout)["peaks"]
    assert (peaks["per_second"], len(peaks["values"])) == (10, 345)
    lines = earmark(*words, "--format", "ndjson", models=tiny_models).stdout.splitlines()
    assert [value for line in lines for value in json.loads(line)["peaks"]] == peaks["values"]


def test_one_bad_file_does_not_stop_the_others(album: Path, tiny_models: Path) -> None:
    done = earmark("classify", album, "--format", "ndjson", "--detail", "summary", "--jobs", 2, models=tiny_models)
    assert done.returncode == 1
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(line["file"]).name for line in lines] == ["broken.mp3", "medley.flac", "ähm.wav"]
    assert lines[0]["error"] == {
        "type": "urn:earmark:problem:empty-file",
        "title": "The file is empty",
        "status": 422,
        "detail": "The file has 0 bytes.",
    }
    assert [line["label"] for line in lines[1:]] == ["music/low", "speech"]
    assert all("chunks" not in line and "segments" not in line for line in lines)
    assert "broken.mp3: The file is empty. The file has 0 bytes." in done.stderr
    assert "1 of 3 files could not be analysed." in done.stderr


def test_several_files_as_one_json_array(album: Path, tiny_models: Path) -> None:
    done = earmark("classify", album, "--detail", "segments", models=tiny_models)
    answers = json.loads(done.stdout)
    assert [Path(answer["file"]).name for answer in answers] == ["broken.mp3", "medley.flac", "ähm.wav"]
    assert answers[0]["error"]["status"] == 422
    assert answers[2]["segments"] == [
        {"start": 0.0, "end": 4.0, "label": "speech", "detail": None, "probability": pytest.approx(1)}
    ]


def test_several_files_as_one_table(album: Path, tiny_models: Path, tmp_path: Path) -> None:
    done = earmark(
        "classify",
        album,
        "--format",
        "csv",
        "--detail",
        "summary",
        "--output",
        tmp_path / "all.csv",
        models=tiny_models,
    )
    assert done.stdout == ""
    with (tmp_path / "all.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["label"] for row in rows] == ["music/low", "speech"]
    assert float(rows[0]["gate.music"]) == pytest.approx(0.52, abs=0.02)


@pytest.mark.parametrize(
    ("form", "extension"), [("vtt", "vtt"), ("textgrid", "TextGrid"), ("audacity", "txt"), ("json", "json")]
)
def test_a_folder_gets_a_file_for_each(
    album: Path, tiny_models: Path, tmp_path: Path, form: str, extension: str
) -> None:
    out = tmp_path / "out"
    if form == "json":
        out.mkdir()
    done = earmark("classify", album, "--format", form, "--output", out, models=tiny_models)
    assert done.returncode == 1
    written = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    assert written == [f"medley.flac.{extension}", f"side b/ähm.wav.{extension}"]
    assert all((out / name).stat().st_size for name in written)


def test_formats_for_one_sound_need_a_folder(album: Path, tiny_models: Path) -> None:
    done = earmark("classify", album, "--format", "vtt", models=tiny_models)
    assert done.returncode == 2
    assert "3 files cannot share one vtt file; name a folder with --output." in done.stderr


def test_options_reach_the_analysis(album: Path, tiny_models: Path) -> None:
    done = earmark(
        "classify", album / "medley.flac", "--start-seconds", 9, "--end-seconds", 21, "--hop-seconds", 1.5,
        "--top-k", 1, "--merge-gap-seconds", 3, "--min-segment-seconds", 3, "--smoothing", 0.5, models=tiny_models,
    )  # fmt: skip
    answer = json.loads(done.stdout)
    assert [chunk["start"] for chunk in answer["chunks"]] == [9.0, 10.5, 12.0, 13.5, 15.0, 16.5, 18.0]
    assert list(answer["genre"]["probabilities"]) == ["high"]
    assert [one["label"] for one in answer["segments"]] == ["speech", "music+speech"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.mp3"], "nowhere.mp3: There is no such file in "),
        (["medlay.flac"], "Did you mean {}/medley.flac?"),
        (["--hop-seconds", "9", "medley.flac"], "hop_seconds is 9; 0.1 to 3 (one chunk) are possible."),
        (["--start-seconds", "99", "medley.flac"], "start_seconds is 99; the sound lasts 34.500 s."),
    ],
)
def test_a_file_that_fails_is_named_with_its_reason(
    album: Path, tiny_models: Path, arguments: list[str], message: str
) -> None:
    *options, name = arguments
    done = earmark("classify", *options, album / name, models=tiny_models)
    assert done.returncode == 1
    assert message.format(album) in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--top-k", "0"], "top_k is 0, but must be at least 1"),
        (["--detail", "everything"], "Invalid value for '--detail'"),
        (["--jobs", "0"], "Invalid value for '--jobs'"),
        (["--format", "doc"], "Invalid value for '--format'"),
        (["--format", "table", "--top-k", "0"], "top_k is 0, but must be at least 1"),
        (["--format", "table", "--output", "tab.txt"], "--output needs another --format"),
        (["--hop-seconds", "0"], "hop_seconds is 0; it must be at least 0.1."),
        (["--start-seconds", "5", "--end-seconds", "2"], "end_seconds is 2; it must be greater than start_seconds, 5."),
    ],
)
def test_wrong_arguments_are_refused_at_once(
    album: Path, tiny_models: Path, arguments: list[str], message: str
) -> None:
    done = earmark("classify", album, *arguments, models=tiny_models)
    assert done.returncode == 2
    assert done.stderr.count(message) == 1


def test_without_models_it_says_what_is_missing(album: Path, tmp_path: Path) -> None:
    done = earmark("classify", album / "medley.flac", "--models-dir", tmp_path / "none")
    assert done.returncode == 2
    assert "There are no models." in done.stderr
    assert "docs/models.md" in done.stderr


def test_a_folder_without_sound_says_so(tmp_path: Path, tiny_models: Path) -> None:
    (tmp_path / "notes.txt").write_text("no sound")
    done = earmark("classify", tmp_path, models=tiny_models)
    assert done.returncode == 2
    assert "no audio file" in done.stderr


def test_a_wrong_setting_stops_with_a_sentence(album: Path, tiny_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARMARK_MAX_CHANNELS", "many")
    done = earmark("classify", album, models=tiny_models)
    assert done.returncode == 2
    assert "EARMARK_MAX_CHANNELS is 'many'" in done.stderr


def test_a_terminal_gets_a_table(album: Path, tiny_models: Path) -> None:
    """On a real pseudo-terminal: the default format is a table, and the bar does not end up in it."""
    screen = on_a_terminal("classify", album / "medley.flac", models=tiny_models)
    assert "music 48%, speech 35%" in screen
    assert "Of the time: music 48%, speech 35%, both 17%, neither 26%, silent 9%" in screen
    assert "Tags:" not in screen
    assert "music+speech/high" in screen
    assert not screen.lstrip().startswith("{")
    (music,) = [line for line in screen.splitlines() if line.startswith("music   ")]
    assert "█" in music
    assert "music/low" in screen.splitlines()[-1]


def test_the_table_has_the_best_tags(album: Path, eared_models: Path) -> None:
    screen = on_a_terminal("classify", album / "side b" / "ähm.wav", models=eared_models)
    assert "Tags: Tone 1500 Hz 1.00" in screen.splitlines()
    screen = on_a_terminal("classify", album / "medley.flac", models=eared_models)
    assert "Tags: -" in screen.splitlines()  # none sounds for half of the time
    (speech,) = [line for line in screen.splitlines() if line.startswith("0:09")]
    assert speech.rstrip().endswith("Tone 1500 Hz")
    (album / "broken.mp3").unlink()
    table = earmark("classify", album.name, "--format", "table", models=eared_models, cwd=album.parent).stdout
    assert table.splitlines()[0].split()[-1] == "tags"
    assert "Tone 1500 Hz 1.00" in table


def test_steps_where_they_are_asked_for(album: Path, eared_models: Path) -> None:
    words = ["classify", album / "medley.flac", "--detail", "steps"]
    answer = json.loads(earmark(*words, models=eared_models).stdout)
    assert list(answer)[-3:] == ["segments", "steps", "chunks"]
    assert len(answer["steps"]["probabilities"]["music"]) == 173
    lines = [
        json.loads(line) for line in earmark(*words, "--format", "ndjson", models=eared_models).stdout.splitlines()
    ]
    told = [value for line in lines for value in line["steps"]["probabilities"]["music"]]
    assert told == answer["steps"]["probabilities"]["music"]


def test_smoothing_without_a_number_suits_the_gate(album: Path, tiny_models: Path, eared_models: Path) -> None:
    words = ["classify", album / "medley.flac", "--detail", "segments", "--format", "csv"]
    for models, usual in ((tiny_models, CHUNK_SMOOTHING), (eared_models, STEP_SMOOTHING)):
        assert earmark(*words, models=models).stdout == earmark(*words, "--smoothing", usual, models=models).stdout
    assert "[default: (what suits the gate)]" in " ".join(earmark("classify", "--help").stdout.split())


def test_several_files_get_a_ribbon_each_where_there_is_room(album: Path, tiny_models: Path) -> None:
    (album / "broken.mp3").unlink()
    screen = on_a_terminal("classify", album, models=tiny_models)
    assert "over time" in screen.splitlines()[0]
    assert "A\x1b" in screen.splitlines()[-1]
    piped = earmark("classify", album.name, "--format", "table", models=tiny_models, cwd=album.parent)
    assert "over time" not in piped.stdout
    assert "\x1b" not in piped.stdout


def test_the_same_file_named_twice_is_analysed_once(album: Path, tiny_models: Path) -> None:
    done = earmark(
        "classify", album / "medley.flac", album / "side b" / ".." / "medley.flac", album / "medley.flac",
        "--format", "ndjson", "--detail", "summary", models=tiny_models,
    )  # fmt: skip
    assert len(done.stdout.splitlines()) == 1


def test_a_file_is_what_its_bytes_say(tmp_path: Path, tiny_models: Path) -> None:
    soundfile.write(tmp_path / "a.flac", tone(MUSIC_HZ["low"], 3), RATE)
    shutil.move(tmp_path / "a.flac", tmp_path / "a.txt")
    answer = json.loads(earmark("classify", tmp_path, models=tiny_models).stdout)
    assert answer["audio"]["container"] == "flac"
