"""Tiny model packages whose answers can be worked out by hand: a label is likely where its band is loud."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from service.features.frontend import FrontEnd
from service.features.logmel import LogMel
from service.inference.manifest import EarManifest
from service.inference.package import Package
from service.inference.store import ModelStore
from tests.tones import MUSIC_HZ, SCENE_HZ, SPEECH_HZ
from training.export.package_writer import write_ear, write_package

FRONT_END = LogMel(sample_rate=16_000, n_fft=512, win_length=512, hop_length=320, n_mels=40, fmin=50, fmax=8_000)
CHUNK_SECONDS = 3.0
LOUD_DB = -50.0
"""Log-mel level between a tone of amplitude 0.2 in the band and what leaks from another band."""
SLOPE = 0.5

CASCADE = {
    "gate": "gate",
    "routes": [
        {"label": "music", "when": {"music": True}, "model": "genre"},
        {"label": "speech", "when": {"speech": True}},
        {"label": "scene", "model": "scene"},
    ],
}


def band(hertz: float) -> int:
    """The mel band of FRONT_END whose triangle peaks nearest to this frequency."""
    mel = LogMel.model_validate(FRONT_END.model_dump()).stream()
    time = np.arange(16_000) / 16_000
    return int(mel.push(np.sin(2 * np.pi * hertz * time).astype(np.float32)).mean(axis=0).argmax())


def band_model(label_bands: Sequence[Sequence[int]], frames: int, bins: int) -> bytes:
    """ONNX: per label, SLOPE * (mean level over frames of its loudest band - LOUD_DB)."""
    nodes = [helper.make_node("ReduceMean", ["x"], ["level"], axes=[1], keepdims=0)]
    constants, columns = [], []
    for number, bands in enumerate(label_bands):
        constants.append(numpy_helper.from_array(np.array(bands, dtype=np.int64), f"bands{number}"))
        nodes.append(helper.make_node("Gather", ["level", f"bands{number}"], [f"own{number}"], axis=1))
        nodes.append(helper.make_node("ReduceMax", [f"own{number}"], [f"max{number}"], axes=[1], keepdims=1))
        columns.append(f"max{number}")
    constants.append(numpy_helper.from_array(np.array(LOUD_DB, dtype=np.float32), "loud"))
    constants.append(numpy_helper.from_array(np.array(SLOPE, dtype=np.float32), "slope"))
    nodes += [
        helper.make_node("Concat", columns, ["levels"], axis=1),
        helper.make_node("Sub", ["levels", "loud"], ["above"]),
        helper.make_node("Mul", ["above", "slope"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "bands",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", frames, bins])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", len(label_bands)])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def fields(name: str, labels: Sequence[str], activation: str, front_end: FrontEnd = FRONT_END, **more: Any) -> Any:
    """The manifest's fields for a tiny model."""
    chunk_seconds = more.pop("chunk_seconds", CHUNK_SECONDS)
    frames = round(chunk_seconds * front_end.sample_rate / front_end.hop_length)
    return {
        "name": name,
        "version": "1.0.0",
        "task": "tell test tones apart",
        "labels": tuple(labels),
        "activation": activation,
        "front_end": front_end,
        "chunk_seconds": chunk_seconds,
        "input": {"name": "x", "shape": (None, frames, front_end.bins)},
        "output": {"name": "logits", "shape": (None, len(labels))},
        "recipe": "none: weights by hand",
        "seed": 0,
        "data_fingerprint": "none",
        "data_licence": "none",
        "created": date(2026, 11, 21),
        **more,
    }


def write_tiny(models: Path, name: str, hertz: Mapping[str, Sequence[float]], activation: str, **more: Any) -> Package:
    """A package `name` that hears each label by its frequencies."""
    wanted = fields(name, list(hertz), activation, **more)
    bands = [[band(one) for one in frequencies] for frequencies in hertz.values()]
    frames, bins = wanted["input"]["shape"][1:]
    return write_package(models, band_model(bands, frames, bins), f"# {name}\n\nA test model.\n", **wanted)


EAR_STEPS = 15
"""Of a window of 3 s: 0.2 s each."""
OTHER_LOUD_DB = -70.0


def ear_graph(frames: int, bins: int, steps: int = EAR_STEPS) -> bytes:
    """ONNX: `embedding` is the mean level of each band over the window, `steps` the same for each step of it."""
    sizes = {"per_step": [0, steps, frames // steps, bins]}
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", ["x"], ["embedding"], axes=[1], keepdims=0),
            helper.make_node("Reshape", ["x", "per_step"], ["parts"]),
            helper.make_node("ReduceMean", ["parts"], ["steps"], axes=[2], keepdims=0),
        ],
        "ear",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", frames, bins])],
        [
            helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", bins]),
            helper.make_tensor_value_info("steps", TensorProto.FLOAT, ["batch", steps, bins]),
        ],
        [numpy_helper.from_array(np.array(size, dtype=np.int64), name) for name, size in sizes.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def head_graph(label_bands: Sequence[Sequence[int]], shape: Sequence[int]) -> bytes:
    """ONNX: per label, SLOPE * (level of its loudest band - LOUD_DB); no band: as if it lay at OTHER_LOUD_DB."""
    nodes, constants, columns = [], [], []
    for number, bands in enumerate(label_bands):
        constants.append(numpy_helper.from_array(np.array(bands or [0], dtype=np.int64), f"bands{number}"))
        nodes.append(helper.make_node("Gather", ["x", f"bands{number}"], [f"own{number}"], axis=-1))
        nodes.append(helper.make_node("ReduceMax", [f"own{number}"], [f"max{number}"], axes=[-1], keepdims=1))
        if not bands:  # the same for every sound
            constants.append(numpy_helper.from_array(np.array(0, dtype=np.float32), f"none{number}"))
            constants.append(numpy_helper.from_array(np.array(OTHER_LOUD_DB, dtype=np.float32), f"level{number}"))
            nodes.append(helper.make_node("Mul", [f"max{number}", f"none{number}"], [f"zero{number}"]))
            nodes.append(helper.make_node("Add", [f"zero{number}", f"level{number}"], [f"flat{number}"]))
        columns.append(f"max{number}" if bands else f"flat{number}")
    constants.append(numpy_helper.from_array(np.array(LOUD_DB, dtype=np.float32), "loud"))
    constants.append(numpy_helper.from_array(np.array(SLOPE, dtype=np.float32), "slope"))
    nodes += [
        helper.make_node("Concat", columns, ["levels"], axis=-1),
        helper.make_node("Sub", ["levels", "loud"], ["above"]),
        helper.make_node("Mul", ["above", "slope"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "head",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", *shape])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", *shape[:-1], len(label_bands)])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def write_tiny_ear(models: Path, version: str = "1.0.0", **more: Any) -> Package:
    """An ear whose embedding and steps are levels of bands."""
    frames, bins = round(CHUNK_SECONDS * FRONT_END.sample_rate / FRONT_END.hop_length), FRONT_END.bins
    wanted = fields("ear", ["none"], "sigmoid", version=version, task="hear test tones", **more)
    for one in ("labels", "activation", "output"):
        del wanted[one]
    outputs = {
        "embedding": {"name": "embedding", "shape": (None, bins)},
        "steps": {"name": "steps", "shape": (None, EAR_STEPS, bins)},
    }
    return write_ear(models, ear_graph(frames, bins), "# ear\n\nA test ear.\n", **wanted, outputs=outputs)


def write_tiny_head(
    models: Path, name: str, hertz: Mapping[str, Sequence[float]], activation: str, output: str, **more: Any
) -> Package:
    """A head on the newest tiny ear that hears each label by its frequencies; a label without any never changes."""
    ear = ModelStore(models).package("ear")
    assert isinstance(ear.manifest, EarManifest)
    shape = tuple(ear.manifest.outputs["steps" if output == "steps" else "embedding"].shape[1:])
    front_end = {"kind": "ear", "model": ear.reference, "sha256": ear.manifest.sha256, "output": output}
    wanted = {
        **fields(name, list(hertz), activation),
        "front_end": front_end,
        "input": {"name": "x", "shape": (None, *shape)},
        "output": {"name": "logits", "shape": (None, *shape[:-1], len(hertz))},
        **more,
    }
    bands = [[band(one) for one in frequencies] for frequencies in hertz.values()]
    return write_package(models, head_graph(bands, wanted["input"]["shape"][1:]), f"# {name}\n", **wanted)


EARED_CASCADE = {**CASCADE, "tags": "tags"}


def write_eared_models(models: Path) -> Path:
    """A whole models folder: an ear, a gate that speaks in steps, genre and scene with `other`, tags, cascade.json."""
    write_tiny_ear(models)
    gate = {"music": list(MUSIC_HZ.values()), "speech": [SPEECH_HZ]}
    write_tiny_head(models, "gate", gate, "sigmoid", "steps")
    for name, hertz in (("genre", MUSIC_HZ), ("scene", SCENE_HZ)):
        labels = {**{label: [one] for label, one in hertz.items()}, "other": []}
        write_tiny_head(models, name, labels, "softmax", "embedding", other_below=0.4)
    tags = {f"Tone {one:g} Hz": [one] for one in (*MUSIC_HZ.values(), SPEECH_HZ, *SCENE_HZ.values())}
    write_tiny_head(models, "tags", tags, "sigmoid", "embedding")
    write_cascade(models, EARED_CASCADE)
    return models


def write_cascade(models: Path, cascade: Mapping[str, Any] = CASCADE) -> None:
    models.mkdir(parents=True, exist_ok=True)
    (models / "cascade.json").write_text(json.dumps(cascade), encoding="utf-8")


def write_tiny_models(models: Path) -> Path:
    """A whole models folder: gate, genre, scene and cascade.json."""
    write_tiny(models, "gate", {"music": list(MUSIC_HZ.values()), "speech": [SPEECH_HZ]}, "sigmoid")
    write_tiny(models, "genre", {name: [hertz] for name, hertz in MUSIC_HZ.items()}, "softmax")
    write_tiny(models, "scene", {name: [hertz] for name, hertz in SCENE_HZ.items()}, "softmax")
    write_cascade(models)
    return models
