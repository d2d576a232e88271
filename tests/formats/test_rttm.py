import tempfile
from pathlib import Path
from typing import Any

import pytest
import rttm_manager
from hypothesis import given

from service.formats.annotations import write_rttm
from service.formats.document import View
from service.types import SILENCE, Report, Segment
from tests.formats.reports import PROBABILITY_ERROR, REPORT, SOME, TIME_ERROR, names, reports, with_segments


def read(text: str) -> list[Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.rttm")
        path.write_text(text, encoding="utf-8", newline="")
        turns: list[Any] = rttm_manager.import_rttm(str(path))
    return turns


def lasts(segment: Segment) -> bool:
    return round(segment.end * 1000) > round(segment.start * 1000)


@SOME
@given(reports(), names)
def test_a_turn_per_segment_that_sounds(report: Report, name: str) -> None:
    turns = read(write_rttm(report, name, View()))
    sounding = [segment for segment in report.segments if segment.label != SILENCE and lasts(segment)]
    for turn, segment in zip(turns, sounding, strict=True):
        assert (turn.type, turn.channel_id) == ("SPEAKER", 1)
        assert (
            turn.file_id.replace("_", "") == ("".join(name.split()).replace("_", "") or "sound")
            or not name.isprintable()
        )
        assert abs(turn.turn_onset - segment.start) < TIME_ERROR
        assert abs(turn.turn_onset + turn.turn_duration - segment.end) < TIME_ERROR
        assert turn.turn_duration > 0
        assert turn.speaker_name.split() == [turn.speaker_name]
        assert abs(turn.confidence_score - segment.probability) < PROBABILITY_ERROR
        assert turn.orthography_field is turn.speaker_type is turn.signal_lookahead_time is None


def test_the_line() -> None:
    text = write_rttm(REPORT, "my song.mp3", View())
    assert text == "SPEAKER my_song.mp3 1 0.000 3.000 <NA> <NA> music 0.930000 <NA>\n"


def test_segments_that_touch_still_touch() -> None:
    touching = with_segments(Segment(0, 0.0014, "a", None, 1), Segment(0.0014, 0.0028, "b", None, 1))
    first, second = read(write_rttm(touching, "a", View()))
    assert first.turn_onset + first.turn_duration == pytest.approx(second.turn_onset, abs=1e-9)


@pytest.mark.parametrize(("name", "file_id"), [("", "sound"), (" \t", "sound"), ("a\nb c\u3000d", "a_b_c_d")])
def test_the_file_id_has_no_white_space_and_is_never_empty(name: str, file_id: str) -> None:
    assert read(write_rttm(REPORT, name, View()))[0].file_id == file_id


def test_a_label_of_words_is_one_field() -> None:
    [turn] = read(write_rttm(with_segments(Segment(0, 1, "rock and roll", None, 1)), "a", View()))
    assert turn.speaker_name == "rock_and_roll"


def test_silence_and_instants_leave_no_line() -> None:
    report = with_segments(Segment(0, 1, SILENCE, None, 1), Segment(1, 1.0004, "music", None, 1))
    assert write_rttm(report, "a", View()) == ""
