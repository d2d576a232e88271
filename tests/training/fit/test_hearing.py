"""What is heard: random, repeatable, and as the service would hear it."""

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from service.features.bank import window_of
from tests.training.small_corpus import LABELS, RECIPE, write_corpus
from training.augment.augment_plan import AugmentPlan
from training.cache.file_cache import SoundCache
from training.corpora.layouts import read_corpus
from training.examples import Example, examples_of
from training.fit.random_takes import Hearing, Lot, Takes
from training.recipe import Recipe, read_recipe


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recipe, list[Example], SoundCache]:
    folder = tmp_path_factory.mktemp("heard")
    corpus = read_corpus(write_corpus(folder / "data"))
    (folder / "recipe.toml").write_text(RECIPE)
    recipe = read_recipe(folder / "recipe.toml")
    sounds = SoundCache(folder / "cache", 16_000)
    sounds.fill([clip.path for clip in corpus.clips], workers=1)
    return recipe, examples_of(recipe, corpus.clips), sounds


def hearing(
    heard: tuple[Recipe, list[Example], SoundCache], weights: list[float], plan: AugmentPlan, seed: int
) -> Hearing:
    recipe, examples, sounds = heard
    takes = Takes(sounds, Lot(examples, np.array(weights)), recipe.chunk_seconds)
    return Hearing(takes, plan.for_labels(recipe.labels), recipe.front_end, recipe.frames, seed)


def test_item_n_is_always_the_same_and_no_other(heard: tuple[Recipe, list[Example], SoundCache]) -> None:
    plan = AugmentPlan.model_validate({"gain": {"probability": 1}, "noise": {"probability": 0.5}})
    first = hearing(heard, [1.0] * 24, plan, 5)
    by_workers = list(DataLoader(first, 4, sampler=range(20), num_workers=2))
    again = [hearing(heard, [1.0] * 24, plan, 5)[number] for number in range(20)]
    assert torch.equal(torch.cat([frames for frames, _ in by_workers]), torch.stack([frames for frames, _ in again]))
    assert not torch.equal(again[0][0], again[1][0])
    assert not torch.equal(again[0][0], hearing(heard, [1.0] * 24, plan, 6)[0][0])


def test_weights_say_what_is_heard(heard: tuple[Recipe, list[Example], SoundCache]) -> None:
    _, examples, _ = heard
    only_low = [float(example.clip.label == "low") for example in examples]
    targets = [hearing(heard, only_low, AugmentPlan(), 1)[number][1] for number in range(30)]
    assert all(target.tolist() == [float(label == "low") for label in LABELS] for target in targets)
    mixed = torch.stack([hearing(heard, [1.0] * 24, AugmentPlan(), 1)[number][1] for number in range(300)]).mean(dim=0)
    assert (abs(mixed - 1 / 3) < 0.1).all()


def test_without_augmentation_it_is_the_services_own_window(heard: tuple[Recipe, list[Example], SoundCache]) -> None:
    recipe, examples, sounds = heard
    index = 7
    weights = [float(number == index) for number in range(24)]
    frames, _ = hearing(heard, weights, AugmentPlan(), 3)[0]
    assert frames.shape == (50, 32)
    samples = sounds.samples(examples[index].clip.path).astype(np.float32) / np.float32(32767)
    rng = np.random.default_rng([3, 0])
    rng.random()
    start = int(rng.integers(0, len(samples) - 16_000 + 1))
    expected = window_of(recipe.front_end, samples[start : start + 16_000], 50)
    assert np.allclose(frames.numpy(), expected, atol=1e-4)


def test_a_short_sound_is_repeated(heard: tuple[Recipe, list[Example], SoundCache]) -> None:
    _, examples, sounds = heard
    takes = Takes(sounds, Lot(examples[:1], np.ones(1)), seconds=5.0)
    take = takes.draw(np.random.default_rng(0))
    count = len(sounds.samples(examples[0].clip.path))
    assert len(take.samples) == 80_000
    assert np.array_equal(take.samples[:count], take.samples[count : 2 * count])
