"""The engine on a sound whose answer is known: see tests/tones.py for the medley."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import soundfile

from service.engine import Engine
from service.errors import Cancelled, DeadlineExceeded, EarmarkError, InvalidOption, TooManyChunks
from service.settings import Settings
from service.timeline.report import report_of
from service.types import Chunk, Options, Progress, Report
from tests.tiny_models import FRONT_END, write_cascade, write_tiny, write_tiny_models
from tests.tones import MUSIC_HZ, RATE, SCENE_HZ, SPEECH_HZ, medley, noise, silence, tone


@pytest.fixture(scope="session")
def medley_wav(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "medley.wav"
    soundfile.write(path, medley(), RATE)
    return path


def without_id(report: Report) -> Report:
    return dataclasses.replace(report, id="")


def test_the_whole_answer(engine: Engine, medley_wav: Path) -> None:
    report = engine.analyse(medley_wav)
    assert report.models == {"gate": "gate@1.0.0", "genre": "genre@1.0.0", "scene": "scene@1.0.0"}
    assert report.label == "music/low"
    assert [(one.start, one.end, one.label, one.detail) for one in report.segments] == [
        (0, 9, "music", "low"),
        (9, 15, "speech", None),
        (15, 21, "music+speech", "high"),
        (21, 24, "silence", None),
        (24, 33, "scene", "hum"),
        (33, 34.5, "music", "low"),
    ]
    assert [chunk.gate is None for chunk in report.chunks] == [i == 7 for i in range(12)]
    assert report.branches["genre"].seconds == 16.5
    assert report.branches["scene"].seconds == 9.0
    assert report.audio.duration_seconds == 34.5
    assert report.audio.silence_ratio == pytest.approx(3 / 34.5, abs=0.01)


@pytest.mark.parametrize("hop_seconds", [1.0, 3.0])
@pytest.mark.parametrize("which", ["engine", "eared_engine"])
def test_every_number_can_be_recomputed_from_the_chunks(
    which: str, hop_seconds: float, medley_wav: Path, request: pytest.FixtureRequest
) -> None:
    engine: Engine = request.getfixturevalue(which)
    options = Options(hop_seconds=hop_seconds)
    report, decisions = engine.analyse(medley_wav, options), engine.cascade.decisions
    again = report_of(
        report.chunks,
        decisions,
        options,
        identifier=report.id,
        audio=report.audio,
        models=report.models,
        peaks=None,
        steps=report.steps,
    )
    assert again == report
    assert (report.steps is None) is (which == "engine")


def test_the_whole_answer_of_an_ear_and_its_heads(eared_engine: Engine, medley_wav: Path) -> None:
    report = eared_engine.analyse(medley_wav)
    assert report.models == {"gate": "gate@1.0.0", "genre": "genre@1.0.0", "scene": "scene@1.0.0", "tags": "tags@1.0.0"}
    assert report.label == "music/low"
    assert [(round(one.start, 2), round(one.end, 2), one.label, one.detail) for one in report.segments] == [
        (0, 9, "music", "low"),
        (9, 15, "speech", None),
        (15, 21, "music+speech", "high"),
        (21, 24, "silence", None),
        (24, 33, "scene", "hum"),
        (33, 34.5, "music", "low"),
    ]
    seconds = {"music": 16.5, "speech": 12.0, "both": 6.0, "neither": 9.0, "silent": 3.0}
    assert report.shares == pytest.approx({name: held / 34.5 for name, held in seconds.items()}, abs=1e-3)
    assert report.steps
    assert report.steps.step_seconds == pytest.approx(0.2)
    assert len(report.steps.values) == 173
    assert np.isnan(report.steps.values[105:120]).all()
    assert report.tags == (), "none of the tones lasts for half of the time"
    assert [[tag.label for tag in one.tags or ()] for one in report.segments] == [
        ["Tone 300 Hz"],
        ["Tone 1500 Hz"],
        ["Tone 700 Hz", "Tone 1500 Hz"],
        [],
        ["Tone 3500 Hz"],
        ["Tone 6000 Hz", "Tone 300 Hz"],
    ]


def test_a_change_is_found_within_a_step(eared_engine: Engine, tmp_path: Path) -> None:
    parts = [tone(MUSIC_HZ["low"], 4.4), tone(SPEECH_HZ, 2.4), tone(SCENE_HZ["hum"], 5.2), tone(MUSIC_HZ["high"], 3.6)]
    soundfile.write(tmp_path / "four.wav", np.concatenate(parts), RATE)
    found = eared_engine.analyse(tmp_path / "four.wav").segments
    assert [(one.label, one.detail) for one in found] == [
        ("music", "low"),
        ("speech", None),
        ("scene", "hum"),
        ("music", "high"),
    ]
    assert [one.end for one in found] == pytest.approx([4.4, 6.8, 12.0, 15.6], abs=0.21)


def test_the_stream_is_the_report(engine: Engine, medley_wav: Path) -> None:
    with engine.open(medley_wav) as analysis:
        streamed = list(analysis.chunks())
        report = analysis.report()
    assert tuple(streamed) == report.chunks
    assert without_id(report) == without_id(engine.analyse(medley_wav))


def test_the_first_chunks_come_before_the_file_is_read(engine: Engine, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "long.wav", np.tile(medley(), 10), RATE)
    progress: list[Progress] = []
    with engine.open(tmp_path / "long.wav", on_progress=progress.append) as analysis:
        first = next(analysis.chunks())
    assert first.start == 0
    assert progress[-1].done_seconds < 60
    assert progress[-1].total_seconds == 345


def test_a_report_may_be_asked_for_in_the_middle_of_the_stream(engine: Engine, medley_wav: Path) -> None:
    with engine.open(medley_wav) as analysis:
        next(analysis.chunks())
        assert len(analysis.report().chunks) == 12


def test_the_same_file_gives_the_same_answer(engine: Engine, medley_wav: Path, tiny_models: Path) -> None:
    again = Engine.load(Settings(models_dir=tiny_models))
    assert without_id(engine.analyse(medley_wav)) == without_id(again.analyse(medley_wav))


def test_a_smaller_hop_gives_more_chunks_of_the_same_sound(engine: Engine, medley_wav: Path) -> None:
    report = engine.analyse(medley_wav, Options(hop_seconds=0.5))
    assert len(report.chunks) == 1 + 63
    assert all(chunk.seconds == pytest.approx(3.0) for chunk in report.chunks)
    third = engine.analyse(medley_wav).chunks[2]
    assert report.chunks[12].gate == pytest.approx(third.gate, abs=1e-5)


def test_a_part_of_a_file_is_what_the_part_alone_would_be(engine: Engine, medley_wav: Path, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "part.wav", medley()[int(10.5 * RATE) : 20 * RATE], RATE)
    part = engine.analyse(medley_wav, Options(start_seconds=10.5, end_seconds=20))
    alone = engine.analyse(tmp_path / "part.wav")
    assert [(c.start, c.end) for c in part.chunks] == [(10.5, 13.5), (13.5, 16.5), (16.5, 20.0 - 0.5), (19.5, 20.0)]
    for ours, theirs in zip(part.chunks, alone.chunks, strict=True):
        assert ours.gate == pytest.approx(theirs.gate, abs=1e-3)
    assert part.audio.duration_seconds == 34.5
    assert part.audio.warnings == ()


def test_the_last_partial_chunk_hears_sound_and_no_zeros(engine: Engine, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "tone.wav", tone(MUSIC_HZ["low"], 3.2), RATE)
    first, last = engine.analyse(tmp_path / "tone.wav").chunks
    assert (last.start, last.end) == (3.0, 3.2)
    assert last.gate == pytest.approx(first.gate, abs=1e-3)


def test_ten_milliseconds_are_an_answer_with_a_warning(engine: Engine, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "click.wav", tone(MUSIC_HZ["low"], 0.01), RATE)
    report = engine.analyse(tmp_path / "click.wav")
    assert [(chunk.start, chunk.end) for chunk in report.chunks] == [(0, 0.01)]
    assert report.audio.warnings == (
        "Only 0.010 s were analysed, less than a chunk of 3 s; they were repeated to fill one.",
    )


def test_silence_is_an_answer(engine: Engine, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silence.wav", silence(7), RATE)
    report = engine.analyse(tmp_path / "silence.wav")
    assert report.label == "silence"
    assert report.gate is None
    assert [(one.label, one.probability) for one in report.joint] == [("silence", 1.0)]
    assert report.branches["genre"].probabilities is None
    assert [(one.start, one.end, one.label) for one in report.segments] == [(0, 7, "silence")]
    assert report.audio.silence_ratio == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (Options(hop_seconds=0.05), "hop_seconds is 0.05; it must be at least 0.1."),
        (Options(hop_seconds=4), "hop_seconds is 4; 0.1 to 3"),
        (Options(hop_seconds=float("nan")), "hop_seconds is nan"),
        (Options(start_seconds=-1), "start_seconds is -1; 0 to 1e+06 are possible."),
        (Options(start_seconds=1e308), "start_seconds is 1e+308; 0 to 1e+06"),
        (Options(end_seconds=float("inf")), "end_seconds is inf"),
        (Options(end_seconds=1e-5), "there is no sample at 16000 Hz"),
        (Options(smoothing=-0.5), "smoothing is -0.5"),
        (Options(peaks_per_second=-1), "peaks_per_second is -1; 0 (none) to 100"),
        (Options(peaks_per_second=101), "peaks_per_second is 101; 0 (none) to 100"),
        (Options(min_segment_seconds=float("inf")), "min_segment_seconds is inf"),
        (Options(start_seconds=5, end_seconds=5), "end_seconds is 5; it must be greater than start_seconds, 5."),
        (Options(start_seconds=60), "start_seconds is 60; the sound lasts 34.500 s."),
    ],
)
def test_options_that_do_not_fit_name_the_limit_and_the_value(
    engine: Engine, medley_wav: Path, options: Options, message: str
) -> None:
    with pytest.raises(InvalidOption) as caught:
        engine.analyse(medley_wav, options)
    assert message in caught.value.detail


def test_cancellation_stops_within_a_batch(engine: Engine, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "long.wav", np.tile(medley(), 10), RATE)
    heard: list[Chunk] = []

    def listen() -> None:
        with engine.open(tmp_path / "long.wav", cancelled=lambda: len(heard) >= 8) as analysis:
            for chunk in analysis.chunks():
                heard.append(chunk)  # noqa: PERF402 - `cancelled` counts them while they come

    with pytest.raises(Cancelled):
        listen()
    assert 8 <= len(heard) <= 16


def test_the_deadline_stops_with_the_limit(engine: Engine, medley_wav: Path) -> None:
    hurried = Engine(engine.cascade, engine.settings.model_copy(update={"max_analysis_seconds": 1e-9}))
    with pytest.raises(DeadlineExceeded, match="1e-09 s are allowed"):
        hurried.analyse(medley_wav)


def test_what_was_stopped_has_no_report(engine: Engine, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "long.wav", np.tile(medley(), 10), RATE)
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 3

    with engine.open(tmp_path / "long.wav", cancelled=cancelled) as analysis:
        with pytest.raises(Cancelled):
            list(analysis.chunks())
        with pytest.raises(Cancelled):
            analysis.report()


def test_nothing_comes_after_the_sound_was_closed(engine: Engine, tmp_path: Path) -> None:
    """Decoders are gone by then, and would be read from freed memory."""
    soundfile.write(tmp_path / "long.mp3", np.tile(medley(), 10), RATE)
    with engine.open(tmp_path / "long.mp3") as analysis:
        coming = analysis.chunks()
        next(coming)
    assert list(coming) == []
    with pytest.raises(Cancelled, match="ended before the sound was"):
        analysis.report()


def test_the_number_of_chunks_is_limited(engine: Engine, medley_wav: Path) -> None:
    frugal = Engine(engine.cascade, engine.settings.model_copy(update={"max_chunks": 12}))
    assert len(frugal.analyse(medley_wav).chunks) == 12
    with pytest.raises(TooManyChunks, match=r"may have 12 chunks; a chunk every 2\.5 s gives more"):
        frugal.analyse(medley_wav, Options(hop_seconds=2.5))


def test_models_with_windows_of_their_own_hear_the_same_grid(tmp_path: Path, medley_wav: Path) -> None:
    models = write_tiny_models(tmp_path / "models")
    write_tiny(models, "genre", {n: [hz] for n, hz in MUSIC_HZ.items()}, "softmax", version="2.0.0", chunk_seconds=1.0)
    write_tiny(models, "scene", {n: [hz] for n, hz in SCENE_HZ.items()}, "softmax", version="2.0.0", chunk_seconds=5.0)
    report = Engine.load(Settings(models_dir=models)).analyse(medley_wav)
    assert report.models["scene"] == "scene@2.0.0"
    assert [(one.start, one.end, one.label, one.detail) for one in report.segments][:4] == [
        (0, 9, "music", "low"),
        (9, 15, "speech", None),
        (15, 21, "music+speech", "high"),
        (21, 24, "silence", None),
    ]
    assert report.chunks[8].branches["scene"] is not None


def test_a_model_with_another_front_end_is_served_beside_the_others(tmp_path: Path, medley_wav: Path) -> None:
    models = write_tiny_models(tmp_path / "models")
    other = FRONT_END.model_copy(update={"sample_rate": 22_050, "hop_length": 441})
    write_tiny(models, "speech_only", {"speech": [SPEECH_HZ], "rest": [MUSIC_HZ["low"]]}, "softmax", front_end=other)
    write_cascade(
        models,
        {
            "gate": "gate",
            "routes": [{"label": "speech", "when": {"speech": True}, "model": "speech_only"}, {"label": "rest"}],
        },
    )
    report = Engine.load(Settings(models_dir=models)).analyse(medley_wav)
    assert set(report.branches) == {"speech_only"}
    assert report.branches["speech_only"].seconds == 12.0


def test_noise_has_an_answer_too(engine: Engine, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "noise.wav", noise(5), RATE)
    report = engine.analyse(tmp_path / "noise.wav")
    assert sum(one.probability for one in report.joint) == pytest.approx(1)


def test_errors_never_tell_the_path(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "secret.mp3").write_text("no sound")
    with pytest.raises(EarmarkError) as caught:
        engine.analyse(tmp_path / "secret.mp3")
    assert "secret" not in caught.value.detail
    assert caught.value.__cause__ is None or "secret" not in str(caught.value)


@pytest.mark.parametrize("rate", [RATE, 44_100])
@pytest.mark.parametrize("start", [0.0, 7.3])
def test_peaks_show_where_it_is_loud(engine: Engine, tmp_path: Path, rate: int, start: float) -> None:
    soundfile.write(tmp_path / "medley.wav", medley(rate), rate)
    options = Options(start_seconds=start, end_seconds=30, peaks_per_second=10)
    report = engine.analyse(tmp_path / "medley.wav", options)
    assert report.peaks is not None
    values = dict(zip(np.arange(start, 30, 0.1).round(1).tolist(), report.peaks.values, strict=True))
    levels = [(1, 0.2), (8.5, 0.2), (10, 0.2), (16, 0.4), (20, 0.4), (22, 0.0), (25, 0.2)]
    for second, level in levels:
        if second > start:
            assert values[second] == pytest.approx(level, abs=0.02)
    plain = engine.analyse(tmp_path / "medley.wav", dataclasses.replace(options, peaks_per_second=0))
    assert plain.peaks is None
    assert without_id(plain) == without_id(dataclasses.replace(report, peaks=None))
