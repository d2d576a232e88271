"""Windows of kept frames: random, repeatable, of the example alone, and what the same sound gives when it is heard."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from rich.console import Console

from tests.training.small_corpus import LABELS, RECIPE, write_corpus
from training.examples import Example, examples_of
from training.fit.random_takes import Lot, Seeing
from training.prepare import Material, prepare
from training.recipe import Recipe, read_recipe

Kept = tuple[Recipe, Material, list[Example]]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("kept")
    write_corpus(folder / "data", groups=2, clips=1)
    (folder / "recipe.toml").write_text(RECIPE)
    recipe = read_recipe(folder / "recipe.toml")
    material = prepare(recipe, [folder / "data"], folder / "cache", 1, "refuse", Console(quiet=True))
    return recipe, material, examples_of(recipe, material.clips)


def seeing(kept: Kept, examples: list[Example], seed: int) -> Seeing:
    recipe, material, _ = kept
    return Seeing(material.features, Lot(examples, np.ones(len(examples))), recipe.frames, seed)


def test_item_n_is_always_the_same_and_no_other(kept: Kept) -> None:
    _, _, examples = kept
    first = [seeing(kept, examples, 5)[number][0] for number in range(6)]
    assert torch.equal(torch.stack(first), torch.stack([seeing(kept, examples, 5)[number][0] for number in range(6)]))
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first[0], seeing(kept, examples, 6)[0][0])


def test_it_is_a_stretch_of_the_files_own_frames_with_the_files_targets(kept: Kept) -> None:
    recipe, material, examples = kept
    whole = material.features.frames(examples[0].clip.path)
    starts = set()
    for number in range(40):
        frames, targets = seeing(kept, examples[:1], 1)[number]
        assert targets.tolist() == [float(label == examples[0].clip.label) for label in LABELS]
        windows = np.lib.stride_tricks.sliding_window_view(whole, recipe.frames, axis=0).transpose(0, 2, 1)
        starts |= {int(place) for place in np.flatnonzero((windows == frames.numpy()).all(axis=(1, 2)))}
    assert len(starts) > 10
    assert max(starts) - min(starts) > (len(whole) - recipe.frames) / 2


def test_a_part_of_a_file_is_not_left(kept: Kept) -> None:
    recipe, material, examples = kept
    part = replace(examples[0], start_seconds=0.5, seconds=recipe.chunk_seconds)
    expected = material.features.window(part.clip.path, round(0.5 * material.features.rate), recipe.frames)
    for number in range(10):
        np.testing.assert_array_equal(seeing(kept, [part], 2)[number][0].numpy(), expected)
