"""A waveform embedder's answers are the file's own numbers, of the output or of a tensor inside."""

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.tones import noise
from tests.training.embedding.tiny_tagger import BEST, INTEGERS, SCALE, SCORES, SUMS, WIDTH, WINDOW, sums, tagger
from training.embedding.embedders import SAMPLE_RATE, EmbedderError, TfliteEmbedder

WINDOWS = noise(5 * WINDOW / SAMPLE_RATE, amplitude=2.0, rate=SAMPLE_RATE).reshape(5, WINDOW)
EXPECTED = np.stack([sums(window) for window in WINDOWS])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tagger(tmp_path / "tagger.tflite")


def test_an_inner_tensor_is_heard_window_by_window(file: Path) -> None:
    embedder = TfliteEmbedder(file, SUMS)
    assert (embedder.window, embedder.width, embedder.rate) == (WINDOW, WIDTH, SAMPLE_RATE)
    answers = embedder.embed(WINDOWS)
    assert answers.dtype == np.float32
    np.testing.assert_allclose(answers, EXPECTED, atol=1e-4)


def test_integers_are_turned_into_what_they_stand_for(file: Path) -> None:
    answers = TfliteEmbedder(file, INTEGERS).embed(WINDOWS)
    assert np.abs(answers - EXPECTED).max() <= SCALE / 2 + 1e-3
    np.testing.assert_array_equal(answers, np.rint(answers / SCALE) * SCALE)
    assert len(np.unique(answers)) > 3


def test_without_a_name_the_output_is_heard(file: Path) -> None:
    by_default, by_name = (TfliteEmbedder(file, tensor).embed(WINDOWS) for tensor in (None, SCORES))
    np.testing.assert_array_equal(by_default, by_name)
    np.testing.assert_array_equal(by_default, 2 * TfliteEmbedder(file, INTEGERS).embed(WINDOWS))


def test_a_tensor_that_is_not_there_is_refused_with_some_that_are(file: Path) -> None:
    with pytest.raises(EmbedderError, match=rf"computes no tensor 'embedding'; .*'{SUMS}'.*'{SCORES}'"):
        TfliteEmbedder(file, "embedding")


def test_a_weight_is_no_answer(file: Path) -> None:
    with pytest.raises(EmbedderError, match="computes no tensor 'weights'"):
        TfliteEmbedder(file, "weights")


def test_a_waveform_may_have_a_batch(tmp_path: Path) -> None:
    batched = tagger(tmp_path / "batched.tflite", (1, WINDOW))
    np.testing.assert_allclose(TfliteEmbedder(batched, SUMS).embed(WINDOWS), EXPECTED, atol=1e-4)


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (
            lambda path: tagger(path, (20, WINDOW // 20)),
            r"takes waveform0 \[20, 40\] of float32; .* takes one waveform",
        ),
        (lambda path: tagger(path, inputs=2), "waveform0.*waveform1"),
    ],
)
def test_what_takes_no_single_waveform_is_refused(tmp_path: Path, make: Callable[[Path], Path], what: str) -> None:
    with pytest.raises(EmbedderError, match=what):
        TfliteEmbedder(make(tmp_path / "tagger.tflite"), None)


def test_integers_without_a_scale_are_no_embedding(file: Path) -> None:
    with pytest.raises(EmbedderError, match=f"tensor '{BEST}' is int64 without a scale"):
        TfliteEmbedder(file, BEST)


@pytest.mark.parametrize("content", [b"", b"no model at all", b"\x1c\0\0\0TFL3" + bytes(40)])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "tagger.onnx").write_bytes(content)
    with pytest.raises(EmbedderError, match=r"tagger\.onnx is no TFLite file"):
        TfliteEmbedder(tmp_path / "tagger.onnx", None)


def test_without_litert_the_way_out_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_litert(name: str) -> ModuleType:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", without_litert)
    with pytest.raises(EmbedderError, match="pip install ai-edge-litert"):
        TfliteEmbedder(file, None)
