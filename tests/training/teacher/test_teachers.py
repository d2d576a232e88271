"""A teacher's answers are the file's own numbers, whatever the format, of the output or of a tensor inside."""

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.tones import noise
from tests.training.teacher.tiny_taggers import (
    HOP,
    INTEGERS,
    SCALE,
    SCORES,
    SUMS,
    WIDTH,
    WINDOW,
    onnx_tagger,
    sums,
    tflite_tagger,
)
from training.teacher.opening import open_teacher
from training.teacher.teacher import Teacher, TeacherError

MAKERS: dict[str, Callable[[Path], Path]] = {".onnx": onnx_tagger, ".tflite": tflite_tagger}
SOUND = noise(0.25, amplitude=2.0)
"""4000 samples: 9 windows."""


@pytest.fixture(params=MAKERS)
def tagger(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return MAKERS[request.param](tmp_path / f"tagger{request.param}")


def expected(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    starts = range(0, len(samples) - WINDOW + 1, HOP)
    return np.stack([sums(samples[start : start + WINDOW]) for start in starts])


def test_an_inner_tensor_is_heard_window_by_window(tagger: Path) -> None:
    teacher = open_teacher(tagger, [SUMS], HOP)
    assert (teacher.window_samples, teacher.hop_samples, teacher.widths) == (WINDOW, HOP, (WIDTH,))
    answers = teacher.listen(SOUND)
    assert answers.shape == (9, WIDTH)
    assert answers.dtype == np.float32
    np.testing.assert_allclose(answers, expected(SOUND), atol=1e-4)


def test_integers_are_turned_into_what_they_stand_for(tagger: Path) -> None:
    answers = open_teacher(tagger, [INTEGERS], HOP).listen(SOUND)
    assert np.abs(answers - expected(SOUND)).max() <= SCALE / 2 + 1e-3
    np.testing.assert_array_equal(answers, np.rint(answers / SCALE) * SCALE)
    assert len(np.unique(answers)) > 3


def test_without_a_name_the_output_is_heard(tagger: Path) -> None:
    by_default, by_name = (open_teacher(tagger, [tensor], HOP).listen(SOUND) for tensor in (None, SCORES))
    np.testing.assert_array_equal(by_default, by_name)
    np.testing.assert_array_equal(by_default, 2 * open_teacher(tagger, [INTEGERS], HOP).listen(SOUND))


def test_several_tensors_are_heard_at_once(tagger: Path) -> None:
    both = open_teacher(tagger, [SUMS, None], HOP)
    assert both.widths == (WIDTH, WIDTH)
    alone = [open_teacher(tagger, [tensor], HOP).listen(SOUND) for tensor in (SUMS, None)]
    np.testing.assert_array_equal(both.listen(SOUND), np.concatenate(alone, axis=1))


def test_a_sound_shorter_than_a_window_is_repeated(tagger: Path) -> None:
    short = SOUND[:300]
    repeated = np.concatenate([short, short, short[:200]])
    answers = open_teacher(tagger, [SUMS], HOP).listen(short)
    np.testing.assert_allclose(answers, expected(repeated), atol=1e-4)


def test_a_tensor_that_is_not_there_is_refused_with_some_that_are(tagger: Path) -> None:
    with pytest.raises(TeacherError, match=rf"computes no tensor 'embedding'; .*'{SUMS}'.*'{SCORES}'"):
        open_teacher(tagger, ["embedding"], HOP)


def test_a_weight_is_no_answer(tagger: Path) -> None:
    with pytest.raises(TeacherError, match="computes no tensor 'weights'"):
        open_teacher(tagger, ["weights"], HOP)


@pytest.mark.parametrize("shape", [(1, WINDOW), (WINDOW,)])
def test_a_waveform_may_have_a_batch(tmp_path: Path, shape: tuple[int, ...]) -> None:
    for tagger in (onnx_tagger(tmp_path / "t.onnx", shape), tflite_tagger(tmp_path / "t.tflite", shape)):
        np.testing.assert_allclose(open_teacher(tagger, [SUMS], HOP).listen(SOUND), expected(SOUND), atol=1e-4)


def spectrogram_taker(path: Path) -> Path:
    return tflite_tagger(path / "t.tflite", (20, WINDOW // 20))


def taker_of_two(path: Path) -> Path:
    return tflite_tagger(path / "t.tflite", inputs=2)


def taker_of_any_length(path: Path) -> Path:
    return onnx_tagger(path / "t.onnx", ("batch", "samples"))


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (spectrogram_taker, r"\[20, 40\]"),
        (taker_of_two, "waveform0.*waveform1"),
        (taker_of_any_length, "a fixed number of samples"),
    ],
)
def test_what_takes_no_single_waveform_is_refused(tmp_path: Path, make: Callable[[Path], Path], what: str) -> None:
    with pytest.raises(TeacherError, match=what):
        open_teacher(make(tmp_path), [None], HOP)


def test_integers_without_a_scale_are_no_lesson(tmp_path: Path) -> None:
    with pytest.raises(TeacherError, match=r"'best' is tensor\(int64\)"):
        open_teacher(onnx_tagger(tmp_path / "t.onnx"), ["best"], HOP)


@pytest.mark.parametrize("suffix", MAKERS)
@pytest.mark.parametrize("content", [b"", b"no model at all", b"\x1c\0\0\0TFL3" + bytes(40)])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"tagger{suffix}"
    path.write_bytes(content)
    with pytest.raises(TeacherError, match=path.name):
        open_teacher(path, [None], HOP)


def test_other_suffixes_and_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(TeacherError, match=r"tagger\.pt is no teacher: its name must end in \.tflite or \.onnx"):
        open_teacher(tmp_path / "tagger.pt", [None], HOP)
    with pytest.raises(TeacherError, match=r"tagger\.onnx is no file"):
        open_teacher(tmp_path / "tagger.onnx", [None], HOP)


def test_windows_must_move_on(tagger: Path) -> None:
    with pytest.raises(TeacherError, match="at least 1 sample apart, not 0"):
        open_teacher(tagger, [None], 0)


def test_without_litert_the_way_out_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_litert(name: str) -> ModuleType:
        raise ImportError(name)

    tagger = tflite_tagger(tmp_path / "tagger.tflite")
    monkeypatch.setattr(importlib, "import_module", without_litert)
    with pytest.raises(TeacherError, match="pip install ai-edge-litert"):
        open_teacher(tagger, [None], HOP)


def test_both_are_teachers(tmp_path: Path) -> None:
    teachers: list[Teacher] = [open_teacher(make(tmp_path / f"t{end}"), [SUMS], HOP) for end, make in MAKERS.items()]
    first, second = (teacher.listen(SOUND) for teacher in teachers)
    np.testing.assert_allclose(first, second, atol=1e-4)
