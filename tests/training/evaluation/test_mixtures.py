"""Two held-out sounds at once: mixed as told, and counted only if both are found."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from torch import Tensor, nn

from tests.tones import silence, tone
from tests.training.small_corpus import RECIPE
from training.cache.file_cache import SoundCache
from training.corpora.corpus import Clip
from training.evaluation.cross_validation import answers_to_mixtures
from training.evaluation.held_out_metrics import both_found
from training.evaluation.thresholds import Calibration
from training.examples import Example
from training.fit.answering import answering
from training.recipe import Mixed, Recipe, RecipeError, read_recipe
from training.splits import Split

MIXED = Mixed(upper="high", lower="low", min_snr_db=-5, max_snr_db=5)
SPLIT = Split("grouped 2-fold", (), leaks=False)
BOTH = [1.0, 1.0]


class Bands(nn.Module):
    """Hears a label in whatever is louder than -40 dB in its half of the bins."""

    def forward(self, frames: Tensor) -> Tensor:
        half = frames.shape[2] // 2
        return torch.stack([frames[:, :, half:].amax((1, 2)) + 40, frames[:, :, :half].amax((1, 2)) + 40], dim=1)


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    text = RECIPE.replace('"softmax"', '"sigmoid"').replace('["high", "low", "noise"]', '["high", "low"]')
    (tmp_path / "recipe.toml").write_text(text)
    return read_recipe(tmp_path / "recipe.toml")


def examples(folder: Path, cache: SoundCache, sounds: dict[str, list[float]]) -> list[Example]:
    """By name: the targets; `high` and `low` in a name say which tones are in it."""
    made = []
    for name, targets in sounds.items():
        samples = silence(2)
        for key, hertz in (("high", 3_500.0), ("low", 300.0)):
            samples = samples + tone(hertz, 2) * (key in name)
        soundfile.write(folder / f"{name}.wav", samples, 16_000)
        made.append(
            Example(Clip(folder / f"{name}.wav", name, name, "tones", name=name), np.array(targets, np.float32))
        )
    cache.fill([one.clip.path for one in made], workers=1)
    return made


def test_each_upper_sound_is_heard_over_a_lower_one(recipe: Recipe, tmp_path: Path) -> None:
    cache = SoundCache(tmp_path / "cache", 16_000)
    clips = examples(
        tmp_path, cache, {"high1": [1, 0], "high2": [1, 0], "low": [0, 1], "highlow": BOTH, "none": [0, 0]}
    )
    answers = answers_to_mixtures(answering(Bands()), recipe, MIXED, cache, clips, SPLIT, 3)
    assert answers is not None
    assert answers.groups == ("high1", "high2")
    assert answers.targets.tolist() == [BOTH, BOTH]
    assert (answers.chunk_logits > 0).all()
    assert set(answers.folds.tolist()) == {3}
    assert all(-5 <= float(name.split(" at ")[1].removesuffix(" dB")) <= 5 for name in answers.names)


def test_only_both_count(recipe: Recipe, tmp_path: Path) -> None:
    cache = SoundCache(tmp_path / "cache", 16_000)
    clips = examples(tmp_path, cache, {"high1": [1, 0], "high2": [1, 0], "low": [0, 1]})
    answers = answers_to_mixtures(answering(Bands()), recipe, MIXED, cache, clips, SPLIT, 0)
    assert answers is not None
    answers.chunk_logits[0] = [5.0, -5.0]
    metric = both_found(MIXED, answers, {0: Calibration()})
    assert metric.value == 0.5
    assert metric.interval == (0.0, 1.0)
    assert metric.name == "both found, high over low at -5 to 5 dB"
    assert metric.split == "grouped 2-fold"


def test_without_a_pair_there_is_no_answer(recipe: Recipe, tmp_path: Path) -> None:
    cache = SoundCache(tmp_path / "cache", 16_000)
    clips = examples(tmp_path, cache, {"high1": [1, 0]})
    assert answers_to_mixtures(answering(Bands()), recipe, MIXED, cache, clips, SPLIT, 0) is None


def test_mixtures_need_two_labels_at_once_and_folds(tmp_path: Path) -> None:
    mixed = '\n[evaluation.mixed]\nupper = "high"\nlower = "low"\nmin_snr_db = 0\nmax_snr_db = 1\n'
    (tmp_path / "recipe.toml").write_text(RECIPE + mixed)
    with pytest.raises(RecipeError, match="needs a sigmoid model with the labels high and low"):
        read_recipe(tmp_path / "recipe.toml")
    once = '\nsplit = "stratified"\nhold_out = { test = 0.3 }\n'
    (tmp_path / "recipe.toml").write_text(RECIPE.replace('"softmax"', '"sigmoid"') + once + mixed)
    with pytest.raises(RecipeError, match=r"evaluation\.mixed is measured on folds"):
        read_recipe(tmp_path / "recipe.toml")
