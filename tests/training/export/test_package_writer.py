"""A package is whole, or the one before it stays."""

from pathlib import Path
from typing import Any

import pytest
import torch

from service.errors import BrokenPackage
from service.inference.verified import verified
from tests.tiny_models import fields
from tests.training.export.spectrograms import BINS, CLASSES, FRAMES, small_cnn
from training.export.onnx_export import export_onnx
from training.export.package_writer import write_package


def cnn(seed: int) -> bytes:
    return export_onnx(small_cnn(seed), FRAMES, BINS, CLASSES)


@pytest.fixture
def manifest() -> dict[str, Any]:
    front_end = fields("x", "ab", "softmax")["front_end"].model_copy(update={"n_mels": BINS})
    wanted: dict[str, Any] = fields("cnn", ["a", "b"], "softmax", front_end, chunk_seconds=FRAMES * 320 / 16_000)
    wanted["input"]["name"] = "frames"
    return wanted


def test_a_package_takes_the_place_of_the_one_before(tmp_path: Path, manifest: dict[str, Any]) -> None:
    write_package(tmp_path, cnn(0), "# first\n", **manifest)
    package = write_package(tmp_path, cnn(1), "# second\n", **manifest)
    verified(package)
    assert package.card() == "# second\n"
    assert [path.name for path in tmp_path.iterdir()] == ["cnn"]


def test_a_package_that_is_refused_leaves_the_one_before(tmp_path: Path, manifest: dict[str, Any]) -> None:
    before = write_package(tmp_path, cnn(0), "# first\n", **manifest)
    nonsense = small_cnn()
    torch.nn.init.constant_(nonsense.head.bias, float("nan"))
    with pytest.raises(BrokenPackage, match=r"cnn@1\.0\.0 is refused"):
        write_package(tmp_path, export_onnx(nonsense, FRAMES, BINS, CLASSES), "# second\n", **manifest)
    assert before.card() == "# first\n"
    verified(before)
    assert [path.name for path in tmp_path.iterdir()] == ["cnn"]
