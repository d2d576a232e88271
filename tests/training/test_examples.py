"""What a recipe makes of clips: targets, groups, parts."""

from pathlib import Path

import numpy as np
import pytest

from tests.training.small_corpus import RECIPE
from training.corpora.corpus import Clip
from training.examples import Example, examples_of, file_named
from training.recipe import Recipe, RecipeError, read_recipe

GATE = """
[[sources]]
corpus = "streets"
labels = ["band"]
holds = ["music"]
unknown = ["speech"]

[[sources]]
corpus = "streets"
holds = []
measured = false

[[sources]]
corpus = "talks"
holds = ["speech"]
"""


def clip(corpus: str, label: str, group: str) -> Clip:
    return Clip(Path(f"{group}.wav"), label, group, corpus, name=f"{label}/{group}.wav")


@pytest.fixture
def gate(tmp_path: Path) -> Recipe:
    text = RECIPE.replace('[[sources]]\ncorpus = "tones"\n', GATE).replace("softmax", "sigmoid")
    text = text.replace('labels = ["high", "low", "noise"]', 'labels = ["music", "speech"]', 1)
    (tmp_path / "gate.toml").write_text(text)
    return read_recipe(tmp_path / "gate.toml")


CLIPS = [
    clip("streets", "band", "a-1"),
    clip("streets", "car", "a-2"),
    clip("talks", "anyone", "b-1"),
    clip("elsewhere", "band", "c-1"),
]


def test_the_first_source_that_fits_says_what_holds(gate: Recipe) -> None:
    band, car, talk = examples_of(gate, CLIPS)
    assert band.targets[0] == 1
    assert np.isnan(band.targets[1])
    assert car.targets.tolist() == [0, 0]
    assert talk.targets.tolist() == [0, 1]
    assert [one.measured for one in (band, car, talk)] == [True, False, True]


def test_a_source_without_a_clip_is_named(gate: Recipe) -> None:
    with pytest.raises(RecipeError, match=r"No clip is left for the source talks\. The data has elsewhere, streets\."):
        examples_of(gate, [one for one in CLIPS if one.corpus != "talks"])


def test_clips_that_cannot_be_told_apart_are_refused(gate: Recipe) -> None:
    with pytest.raises(RecipeError, match=r"Two clips of talks are called anyone/b-1\.wav"):
        examples_of(gate, [*CLIPS, CLIPS[2]])


def test_a_label_that_the_model_does_not_have_is_named(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text(RECIPE)
    with pytest.raises(RecipeError, match=r"1\.wav is hum, which is no label of pitch"):
        examples_of(read_recipe(tmp_path / "recipe.toml"), [clip("tones", "hum", "1")])


def test_a_part_is_named_by_its_file_and_place() -> None:
    name, targets = "data/a from b s/0.wav", np.zeros(1, np.float32)
    named = Clip(Path(name), "a", "0", "tones", name=name)
    for part in (Example(named, targets), Example(named, targets, start_seconds=0.3715, seconds=1.0)):
        assert file_named(part.name) == name


def test_a_part_is_cut_from_samples_and_from_frames_alike() -> None:
    part = Example(CLIPS[0], np.zeros(2, np.float32), start_seconds=2.0, seconds=3.0)
    assert part.part_of(np.arange(100), rate=10).tolist() == list(range(20, 50))
    assert part.part_of(np.arange(40), rate=10).tolist() == list(range(20, 40))
    whole = Example(CLIPS[0], np.zeros(2, np.float32))
    assert len(whole.part_of(np.arange(100), rate=10)) == 100
    assert part.name != whole.name
