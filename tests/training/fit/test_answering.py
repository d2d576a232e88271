"""Whole files, cut as the service cuts them, at whatever rate their sound is kept."""

import numpy as np
import pytest
from rich.console import Console

from service.features.bank import window_of
from tests.training.small_corpus import RECIPE, write_corpus
from training.cache.file_cache import FULL_SCALE
from training.examples import Example, examples_of
from training.fit.answering import answer, answering, chunks_of
from training.fit.random_takes import frames_of, stretch
from training.prepare import Material, prepare
from training.recipe import Recipe, read_recipe

RATE = 22_050
HIGHER = RECIPE.replace("sample_rate = 16000", f"sample_rate = {RATE}").replace("fmax = 8000", "fmax = 11025")
HIGHER = HIGHER.replace("frames = 50", "frames = 69")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recipe, Material, list[Example]]:
    """Sound at 16 kHz, which a recipe wants at more."""
    folder = tmp_path_factory.mktemp("kept")
    write_corpus(folder / "data", groups=2, clips=1)
    (folder / "recipe.toml").write_text(HIGHER.replace("seed = 7", f"seed = 7\nsample_rate = {RATE}"))
    recipe = read_recipe(folder / "recipe.toml")
    material = prepare(recipe, [folder / "data"], folder / "cache", 1, "refuse", Console(quiet=True))
    return recipe, material, examples_of(recipe, material.clips)


def test_the_sound_is_kept_at_the_recipes_rate(kept: tuple[Recipe, Material, list[Example]]) -> None:
    _, material, examples = kept
    assert len(material.sounds.samples(examples[0].clip.path)) == round(2.3 * RATE)


def test_chunks_are_those_of_the_seconds_and_not_of_the_samples(kept: tuple[Recipe, Material, list[Example]]) -> None:
    recipe, material, examples = kept
    chunks = chunks_of(material, recipe, examples[0])
    assert [seconds for _, seconds in chunks] == pytest.approx([1, 1, 0.3], abs=0.01)
    assert all(window.shape == (recipe.frames, 32) for window, _ in chunks)


def test_a_take_is_heard_at_its_own_rate(kept: tuple[Recipe, Material, list[Example]]) -> None:
    recipe, material, examples = kept
    take = stretch(material.sounds, examples[0], 1.0, np.random.default_rng(0))
    assert (take.sample_rate, len(take.samples)) == (RATE, RATE)
    start = int(np.random.default_rng(0).integers(0, round(2.3 * RATE) - RATE + 1))
    sound = material.sounds.samples(examples[0].clip.path)
    samples = sound[start : start + RATE].astype(np.float32) / np.float32(FULL_SCALE)
    expected = window_of(recipe.front_end, samples, recipe.frames)
    np.testing.assert_allclose(frames_of(take, recipe.front_end, recipe.frames), expected, atol=1e-4)


def test_the_answers_do_not_depend_on_how_many_windows_are_answered_at_once(
    kept: tuple[Recipe, Material, list[Example]],
) -> None:
    recipe, material, examples = kept
    network = answering(recipe.network.build(32, 3).eval())
    together = answer(network, material, recipe, examples)
    alone = answer(network, material, recipe, examples, most_numbers=1)
    np.testing.assert_array_equal(together.owners, alone.owners)
    np.testing.assert_allclose(together.logits, alone.logits, atol=1e-5)
