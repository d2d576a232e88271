import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from service.errors import BrokenPackage
from service.inference.package import Package
from service.inference.verified import verified
from tests.tiny_models import band_model


@pytest.fixture
def folder(tiny_models: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "gate" / "1.0.0"
    shutil.copytree(tiny_models / "gate" / "1.0.0", copy)
    return copy


def edit_manifest(folder: Path, **change: Any) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))


def other_model(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(band_model([[1], [2]], 150, 40))


def other_model_with_its_hash(folder: Path, model: bytes) -> None:
    from hashlib import sha256

    (folder / "model.onnx").write_bytes(model)
    edit_manifest(folder, sha256=sha256(model).hexdigest())


def drifted_golden(folder: Path, by: float = 0.01) -> None:
    with np.load(folder / "golden.npz") as golden:
        np.savez(folder / "golden.npz", samples=golden["samples"], logits=golden["logits"] + np.float32(by))


def golden_of_nan(folder: Path) -> None:
    with np.load(folder / "golden.npz") as golden:
        np.savez(folder / "golden.npz", samples=golden["samples"], logits=golden["logits"] * np.nan)


def golden_of_two_channels(folder: Path) -> None:
    with np.load(folder / "golden.npz") as golden:
        np.savez(folder / "golden.npz", samples=np.stack([golden["samples"]] * 2), logits=golden["logits"])


def golden_of_two_chunks(folder: Path) -> None:
    with np.load(folder / "golden.npz") as golden:
        np.savez(folder / "golden.npz", samples=golden["samples"], logits=np.repeat(golden["logits"], 2, axis=0))


def in_doubles(folder: Path) -> bytes:
    """The same model behind a cast: its input is float64."""
    model = onnx.load(folder / "model.onnx")
    model.graph.input[0].name = "wide"
    model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.DOUBLE
    model.graph.node.insert(0, onnx.helper.make_node("Cast", ["wide"], ["x"], to=onnx.TensorProto.FLOAT))
    edit_manifest(folder, input={"name": "wide", "shape": [None, 150, 40]})
    return bytes(model.SerializeToString())


def drifted_front_end(folder: Path) -> None:
    front_end = json.loads((folder / "manifest.json").read_text())["front_end"]
    edit_manifest(folder, front_end={**front_end, "fmin": 60.0})


def test_a_sound_package_loads_and_has_its_card(folder: Path) -> None:
    package = Package(folder)
    assert verified(package).manifest.reference == "gate@1.0.0"
    assert package.card().startswith("# gate")


BREAKAGES: list[tuple[Callable[[Path], object], str]] = [
    (lambda folder: (folder / "manifest.json").unlink(), "manifest.json is missing"),
    (lambda folder: (folder / "manifest.json").write_text("{"), "manifest.json is not valid"),
    (lambda folder: edit_manifest(folder, name="other"), "manifest.json calls it other@1.0.0, its folder gate@1.0.0"),
    (lambda folder: edit_manifest(folder, version="1.0.1"), "calls it gate@1.0.1, its folder gate@1.0.0"),
    (lambda folder: (folder / "model.onnx").unlink(), "model.onnx is missing"),
    (other_model, "model.onnx has sha256 [0-9a-f]{12}…, the manifest says [0-9a-f]{12}…"),
    (lambda folder: other_model_with_its_hash(folder, b"no onnx"), "ONNX Runtime cannot load model.onnx"),
    (lambda folder: other_model_with_its_hash(folder, band_model([[1], [2]], 150, 40)), "logits that are off by"),
    (lambda folder: other_model_with_its_hash(folder, band_model([[1]], 150, 40)), "output shape is"),
    (lambda folder: other_model_with_its_hash(folder, band_model([[1], [2]], 99, 40)), "input shape is"),
    (lambda folder: edit_manifest(folder, input={"name": "y", "shape": [None, 150, 40]}), "inputs are"),
    (lambda folder: (folder / "golden.npz").unlink(), "golden.npz cannot be read"),
    (lambda folder: (folder / "golden.npz").write_bytes(b"no zip"), "golden.npz cannot be read"),
    (drifted_golden, "logits that are off by 0.01; 0.002 is allowed"),
    (golden_of_nan, "logits that are off by nan"),
    (drifted_front_end, "logits that are off by"),
    (golden_of_two_channels, "golden.npz cannot be read or used"),
    (golden_of_two_chunks, r"the golden output has shape \[2, 2\], not \[1, 2\]"),
    (lambda folder: other_model_with_its_hash(folder, in_doubles(folder)), "not 32-bit floats"),
    (lambda folder: (folder / "README.md").unlink(), "README.md is missing"),
]


@pytest.mark.parametrize(("breakage", "message"), BREAKAGES)
def test_whatever_is_broken_is_refused_and_named(
    folder: Path, breakage: Callable[[Path], object], message: str
) -> None:
    breakage(folder)
    with pytest.raises(BrokenPackage) as caught:
        verified(Package(folder))
    detail = caught.value.detail
    assert detail.startswith("Model package gate@1.0.0 is refused: ")
    assert re.search(message, detail), detail
    assert str(folder) not in detail


def test_goldens_are_no_pickles(folder: Path) -> None:
    np.savez(folder / "golden.npz", samples=np.array([print], dtype=object), logits=np.zeros((1, 2)))
    with pytest.raises(BrokenPackage, match=r"golden\.npz cannot be read"):
        verified(Package(folder))
