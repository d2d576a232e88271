"""Learning from a teacher before the labels: done once, shared by recipes that agree, and told in the card."""

from pathlib import Path

import pytest
import torch

from service.inference.package import Package
from tests.training.command import training
from tests.training.small_corpus import RECIPE, write_corpus
from tests.training.teacher.tiny_taggers import SUMS, onnx_tagger

LEARNING = f"""
[learning]
hop_seconds = 0.1
takes = 64

[[learning.imitated]]
tensor = "{SUMS}"
values = "numbers"

[[learning.imitated]]
values = "numbers"
weight = 0.5

[learning.augment.gain]
probability = 1.0

[learning.fit]
epochs = 2
takes_per_epoch = 64
batch = 16
learning_rate = 0.01
weight_decay = 0.01
"""


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("taught")
    write_corpus(folder / "data")
    table = folder / "data" / "manifest.csv"
    table.write_text(table.read_text().replace("noise/7.wav,noise,noise3,tones,CC0", "noise/7.wav,hum,hum,mains,CC BY"))
    onnx_tagger(folder / "tagger.onnx")
    (folder / "taught.toml").write_text(
        RECIPE.replace('"pitch"', '"taught"').replace("epochs = 3", "epochs = 1") + LEARNING
    )
    finished = training(folder, "make", "taught.toml", "--data", "data", "--teacher", "tagger.onnx", "--out", "models")
    assert finished.exit_code == 0, finished.stderr
    return folder


def students(folder: Path) -> list[Path]:
    return list((folder / "build" / "cache").glob("*/student.pt"))


def test_the_card_names_the_teacher_and_what_was_learned(taught: Path) -> None:
    card = (taught / "models" / "taught" / "1.0.0" / "README.md").read_text()
    assert f"predict the tensor '{SUMS}' and the output of a larger tagger" in card
    assert "that of the held-out groups included" in card
    assert "--teacher tagger.onnx" in card
    assert not list((taught / "models").rglob("*.pt"))


def test_sound_that_was_only_heard_is_in_the_card_with_its_licence(taught: Path) -> None:
    """One clip of another corpus, which no source asks for."""
    package = Package(taught / "models" / "taught" / "1.0.0")
    assert "| mains | CC BY | 1 | 1 | 1 |" in package.card()
    assert "| tones | CC0 | 23 | 0 |" in package.card()
    assert package.manifest.data_licence == "CC BY; CC0"


def test_only_the_weights_are_kept(taught: Path) -> None:
    (student,) = students(taught)
    kept = torch.load(student, weights_only=True)
    assert kept["seconds"] > 0
    assert not [name for name in kept["weights"] if name.startswith("head.")]
    assert not (student.parent / "takes").exists()


def test_recipes_that_agree_share_the_student(taught: Path) -> None:
    (student,) = students(taught)
    before = student.stat().st_mtime_ns
    recipe = (taught / "taught.toml").read_text().replace('"taught"', '"other"')
    (taught / "other.toml").write_text(recipe)
    finished = training(taught, "evaluate", "other.toml", "--data", "data", "--teacher", "tagger.onnx")
    assert finished.exit_code == 0, finished.stderr
    assert [one.stat().st_mtime_ns for one in students(taught)] == [before]


def test_without_its_teacher_a_recipe_is_not_followed(taught: Path) -> None:
    refused = training(taught, "evaluate", "taught.toml", "--data", "data")
    assert refused.exit_code == 2
    assert "taught learns from a teacher: say where its file is, with --teacher." in refused.stderr


def test_a_file_that_is_no_teacher_is_named(taught: Path) -> None:
    refused = training(taught, "evaluate", "taught.toml", "--data", "data", "--teacher", "taught.toml", "--runs", "r")
    assert refused.exit_code == 2
    assert "taught.toml is no teacher" in refused.stderr
    assert "Traceback" not in refused.stderr
