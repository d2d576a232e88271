"""One ear for many heads: each window is heard once, and a head never works on another ear than its own."""

import json
import re
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.errors import BrokenCascade, BrokenPackage
from service.features.bank import FeatureBank
from service.inference.cascade import Cascade
from service.inference.manifest import EarManifest, Manifest, read_manifest
from service.inference.package import Package
from service.inference.session import EarSession
from service.inference.store import ModelStore
from service.inference.verified import Verifier
from service.listener import Listener
from service.types import Chunk
from tests.tiny_models import (
    CASCADE,
    EAR_STEPS,
    EARED_CASCADE,
    ear_graph,
    fields,
    write_cascade,
    write_tiny,
    write_tiny_ear,
    write_tiny_head,
)
from tests.tones import MUSIC_HZ, RATE, SCENE_HZ, SPEECH_HZ, medley, noise, silence, tone


@pytest.fixture
def folder(eared_models: Path, tmp_path: Path) -> Path:
    models = tmp_path / "models"
    shutil.copytree(eared_models, models)
    return models


def chunks_of(cascade: Cascade, samples: np.ndarray, hop_seconds: float = 3.0, block: int = 10_000) -> list[Chunk]:
    listener, chunks = Listener(cascade, RATE, hop_seconds), []
    for start in range(0, len(samples), block):
        chunks += listener.push(samples[start : start + block])
    return [*chunks, *listener.finish()]


def test_the_ear_hears_each_window_once_for_all_heads(eared_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cascade, windows = Cascade.load(ModelStore(eared_models)), 0
    hear = EarSession.hear

    def counted(self: EarSession, given: np.ndarray) -> Any:
        nonlocal windows
        windows += len(given)
        return hear(self, given)

    monkeypatch.setattr(EarSession, "hear", counted)
    chunks = chunks_of(cascade, medley())
    sounding = [chunk for chunk in chunks if chunk.gate is not None]
    assert windows == len(sounding) == 11
    assert all(chunk.tags for chunk in sounding)


def test_heads_say_per_chunk_what_sounds(eared_models: Path) -> None:
    chunks = chunks_of(Cascade.load(ModelStore(eared_models)), medley())
    routes = [
        "silence" if chunk.gate is None else next((name for name, one in chunk.branches.items() if one), "none")
        for chunk in chunks
    ]
    assert routes == ["genre"] * 3 + ["none"] * 2 + ["genre"] * 2 + ["silence"] + ["scene"] * 3 + ["genre"]
    assert list(chunks[5].tags or {}) == [f"Tone {MUSIC_HZ['high']:g} Hz", f"Tone {SPEECH_HZ:g} Hz"]
    assert chunks[7].tags is None
    assert chunks[7].steps == ()


def test_tags_that_are_hardly_likely_are_left_out(eared_models: Path) -> None:
    (chunk,) = chunks_of(Cascade.load(ModelStore(eared_models)), tone(SCENE_HZ["hum"], 3))
    assert chunk.tags
    assert list(chunk.tags) == [f"Tone {SCENE_HZ['hum']:g} Hz"]


def test_the_gate_is_the_mean_of_the_steps_that_sound(eared_models: Path) -> None:
    sound = np.concatenate([tone(MUSIC_HZ["low"], 1), silence(1), tone(SPEECH_HZ, 1)])
    (chunk,) = chunks_of(Cascade.load(ModelStore(eared_models)), sound)
    (window,) = chunk.steps
    assert window.values.shape == (EAR_STEPS, 2)
    assert window.silent.tolist() == [False] * 5 + [True] * 5 + [False] * 5
    assert chunk.gate
    np.testing.assert_allclose(list(chunk.gate.values()), window.values[~window.silent].mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(list(chunk.gate.values()), [0.5, 0.5], atol=0.1)


def test_steps_of_a_chunk_that_reaches_back_count_only_inside_of_it(eared_models: Path) -> None:
    sound = np.concatenate([tone(MUSIC_HZ["low"], 3), tone(SPEECH_HZ, 1)])
    _, last = chunks_of(Cascade.load(ModelStore(eared_models)), sound)
    assert (last.start, last.end, last.steps[0].start) == (3.0, 4.0, 1.0)
    assert last.gate
    assert last.gate["speech"] > 0.9
    assert last.gate["music"] < 0.1


@pytest.mark.parametrize("hop_seconds", [0.7, 3.0])
def test_streaming_equals_whole(eared_models: Path, hop_seconds: float) -> None:
    cascade = Cascade.load(ModelStore(eared_models))
    sound = medley() + noise(34.5, amplitude=1e-3)
    whole = chunks_of(cascade, sound, hop_seconds, len(sound))
    for block in (4_000, 23_456):
        pieces = chunks_of(cascade, sound, hop_seconds, block)
        assert [(one.start, one.end) for one in pieces] == [(one.start, one.end) for one in whole]
        for piece, same in zip(pieces, whole, strict=True):
            assert (piece.tags or {}).keys() == (same.tags or {}).keys()
            for mine, theirs in zip(piece.steps, same.steps, strict=True):
                assert mine.start == theirs.start
                np.testing.assert_allclose(mine.values, theirs.values, atol=1e-5)


def test_heads_and_models_on_frames_work_side_by_side(folder: Path) -> None:
    write_tiny(folder, "scene", {name: [hertz] for name, hertz in SCENE_HZ.items()}, "softmax", version="2.0.0")
    cascade = Cascade.load(ModelStore(folder))
    assert {name: one.manifest.front_end.kind for name, one in cascade.sessions.items()} == {
        "gate": "ear",
        "genre": "ear",
        "scene": "logmel",
        "tags": "ear",
    }
    chunks = chunks_of(cascade, medley())
    assert chunks[8].branches["scene"]
    assert max(chunks[8].branches["scene"], key=chunks[8].branches["scene"].__getitem__) == "hum"
    bank = FeatureBank(RATE, cascade.front_ends, ears=cascade.ears)
    assert len(bank._tracks) == 1, "the ear hears the very frames that the other model hears"


def test_a_gate_without_an_ear_may_lead_to_heads(folder: Path) -> None:
    gate = {"music": list(MUSIC_HZ.values()), "speech": [SPEECH_HZ]}
    write_tiny(folder, "gate", gate, "sigmoid", version="2.0.0")
    chunks = chunks_of(Cascade.load(ModelStore(folder)), medley())
    assert chunks[0].steps == ()
    assert chunks[0].branches["genre"]


def without_the_ear(folder: Path) -> None:
    shutil.rmtree(folder / "ear")


def another_ear(folder: Path) -> None:
    """A graph that computes the same, written anew: another hash is another ear."""
    place = folder / "ear" / "1.0.0"
    model = ear_graph(150, 40).replace(b"per_step", b"by_steps")
    (place / "model.onnx").write_bytes(model)
    manifest = json.loads((place / "manifest.json").read_text())
    (place / "manifest.json").write_text(json.dumps({**manifest, "sha256": sha256(model).hexdigest()}))


def broken_ear(folder: Path) -> None:
    (folder / "ear" / "1.0.0" / "manifest.json").write_text("{}")


def no_ear_at_all(folder: Path) -> None:
    shutil.rmtree(folder / "ear")
    write_tiny(folder, "ear", {"low": [300.0], "high": [700.0]}, "softmax")


@pytest.mark.parametrize(
    ("breakage", "message"),
    [
        (without_the_ear, r"it needs ear@1\.0\.0, which is not in the models folder"),
        (another_ear, r"it was fitted on ear@1\.0\.0 with sha256 \w{12}…; the one in the models folder has \w{12}…"),
        (broken_ear, "its ear cannot be used. Model package ear@1.0.0 is refused: manifest.json is not valid"),
        (no_ear_at_all, r"it needs the ear ear@1\.0\.0, but that package is no ear"),
    ],
)
def test_a_head_without_its_own_ear_is_refused(folder: Path, breakage: Callable[[Path], None], message: str) -> None:
    breakage(folder)
    with pytest.raises(BrokenPackage) as caught:
        Cascade.load(ModelStore(folder))
    assert caught.value.detail.startswith("Model package gate@1.0.0 is refused: ")
    assert re.search(message, caught.value.detail), caught.value.detail


def test_a_newer_ear_beside_the_old_one_changes_nothing(folder: Path) -> None:
    write_tiny_ear(folder, "2.0.0")
    assert list(Cascade.load(ModelStore(folder)).ears) == ["ear@1.0.0"]


def test_an_ear_names_nothing_by_itself(folder: Path) -> None:
    with pytest.raises(BrokenPackage, match="it is an ear, which names nothing"):
        Verifier(ModelStore(folder)).model(Package(folder / "ear" / "1.0.0"))
    Verifier(ModelStore(folder)).check(Package(folder / "ear" / "1.0.0"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tags": "genre"}, "cascade.json takes its tags from genre@1.0.0, which should be a sigmoid model"),
        ({"tags": "gate"}, "cascade.json takes its tags from gate@1.0.0, which should be a sigmoid model"),
        (
            {"routes": [*CASCADE["routes"][:2], {"label": "scene", "model": "gate"}]},
            "gate@1.0.0 speaks in steps; the branch 'gate' of cascade.json speaks per chunk",
        ),
    ],
)
def test_places_that_do_not_fit_are_refused(folder: Path, change: dict[str, Any], message: str) -> None:
    if change.get("routes"):
        change["routes"][-1]["branch"] = "gate2"
        message = message.replace("'gate'", "'gate2'")
    write_cascade(folder, {**EARED_CASCADE, **change})
    with pytest.raises(BrokenCascade, match=re.escape(message)):
        Cascade.load(ModelStore(folder))


def ear_manifest(eared_models: Path, **change: Any) -> EarManifest:
    text = (eared_models / "ear" / "1.0.0" / "manifest.json").read_text()
    manifest = read_manifest(json.dumps({**json.loads(text), **change}).encode())
    assert isinstance(manifest, EarManifest)
    return manifest


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        ({"embedding": {"name": "e", "shape": [None, 8]}}, "outputs are embedding; an ear has embedding and steps"),
        (
            {"embedding": {"name": "e", "shape": [None, 8, 8]}, "steps": {"name": "s", "shape": [None, 15, 8]}},
            r"outputs\.embedding shape \[None, 8, 8\] should be a free batch and 1 sizes",
        ),
        (
            {"embedding": {"name": "e", "shape": [None, 8]}, "steps": {"name": "s", "shape": [None, None, 8]}},
            r"outputs\.steps shape \[None, None, 8\] should be",
        ),
    ],
)
def test_an_ear_has_two_outputs(eared_models: Path, outputs: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ear_manifest(eared_models, outputs=outputs)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"input": {"name": "x", "shape": (None, 7, 7, 7)}}, "should be a free batch and 2 sizes"),
        ({"output": {"name": "y", "shape": (None, 15, 3)}}, r"output shape \[None, 15, 3\] should be \[None, 15, 2\]"),
        ({"output": {"name": "y", "shape": (None, 2)}}, r"output shape \[None, 2\] should be \[None, 15, 2\]"),
        ({"other_below": 0.5}, "other_below is for softmax models with a label 'other'"),
    ],
)
def test_a_head_of_steps_answers_in_steps(change: dict[str, Any], message: str) -> None:
    front_end = {"kind": "ear", "model": "ear@1.0.0", "sha256": "0" * 64, "output": "steps"}
    shapes = {
        "input": {"name": "x", "shape": (None, 15, 40)},
        "output": {"name": "y", "shape": (None, 15, 2)},
    }
    good = {**fields("gate", ["music", "speech"], "sigmoid"), "front_end": front_end, "sha256": "0" * 64, **shapes}
    assert Manifest(**good).steps == 15
    with pytest.raises(ValueError, match=message):
        Manifest(**{**good, **change})


def test_a_head_of_another_length_than_its_ear_is_refused(folder: Path) -> None:
    words = re.escape("its chunk_seconds is 1; ear@1.0.0 hears 3 s")
    with pytest.raises(BrokenPackage, match=words):
        write_tiny_head(folder, "short", {"low": [300.0]}, "sigmoid", "steps", chunk_seconds=1.0)


def test_a_head_that_eats_another_shape_is_refused(folder: Path) -> None:
    narrow = {"name": "x", "shape": (None, 39)}
    words = re.escape("its input has the shape [None, 39]; the embedding of ear@1.0.0 has [None, 40]")
    with pytest.raises(BrokenPackage, match=words):
        write_tiny_head(folder, "narrow", {"low": [300.0]}, "sigmoid", "embedding", input=narrow)
