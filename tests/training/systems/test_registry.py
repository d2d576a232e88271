"""The table of systems: none is missing, and what it says is what recipes and networks are."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.training.networks.test_parameter_counts import SECOND_BIAS
from tests.training.networks.test_systems import FOLDER
from training.commands.training_commands import app
from training.recipe import RecipeError, read_recipe
from training.systems.registry import RECIPES, SYSTEMS, systems_named
from training.systems.systems_command import front_end, parameters
from training.tabular.protocols import REPORTED

BY_NAME = {system.name: system for system in SYSTEMS}


def test_every_recipe_is_a_system_and_the_other_way_round() -> None:
    folders = ("systems", "embedding", "tabular")
    recipes = {path.stem for folder in folders for path in (RECIPES / folder).glob("*.toml")}
    assert len(BY_NAME) == len(SYSTEMS)
    assert {system.file or system.name for system in SYSTEMS if system.folder} == recipes
    assert {system.name for system in SYSTEMS if system.made_by == "table"} == set(REPORTED)
    assert FOLDER == RECIPES / "systems"


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("music_speech_pooling", 2_271_330),
        ("music_speech_strided", 8_777_986),
        ("scene_simple_mel", 33_957_263),
        ("scene_deep_mel", 24_427_791),
        ("scene_crnn_mel", 641_679 + SECOND_BIAS),
        ("scene_inception_mel", 22_826_159),
        ("scene_resnet_mel", 24_592_399),
        ("dense_deep", 761_290),
        ("dense_simple", 178_122),
        ("naive_bayes", None),
        ("cascade", None),
    ],
)
def test_parameters_are_those_of_the_reports(name: str, count: int | None) -> None:
    """Also where our data has fewer labels."""
    assert parameters(BY_NAME[name]) == count


def test_front_ends_are_told_in_words() -> None:
    assert front_end(BY_NAME["music_speech_pooling"]) == "logmel, 128 bins, 22050 Hz"
    assert front_end(BY_NAME["genre_dense_deep"]) == "57 hand-crafted features of 3 s"
    assert front_end(BY_NAME["music_embedding"]) == "vggish embedder, 4 s"
    assert front_end(BY_NAME["svm"]) == "57 hand-crafted features"


@pytest.mark.parametrize(
    ("name", "split", "validation", "test"),
    [
        ("music_speech_pooling", "stratified", 0.0, 0.2),
        ("genre_cnn", "leaky", 0.2, 0.1),
        ("music_vggish", "stratified", 0.0, 0.3),
        ("scene_simple_mel", "leaky", 0.15, 0.15),
        ("scene_resnet_stft", "leaky", 0.15, 0.15),
    ],
)
def test_recipes_hold_out_what_their_reports_do(name: str, split: str, validation: float, test: float) -> None:
    plan = read_recipe(BY_NAME[name].recipe).evaluation
    assert plan.hold_out is not None
    assert (plan.split, plan.hold_out.validation, plan.hold_out.test) == (split, validation, test)


def test_all_or_one_may_be_named() -> None:
    assert systems_named("all") == SYSTEMS
    assert [system.name for system in systems_named("svm")] == ["svm"]
    with pytest.raises(RecipeError, match=r"There is no system 'svn'\. There are: all, music_speech_pooling, "):
        systems_named("svn")


def test_the_command_lists_them_with_the_last_numbers(tmp_path: Path) -> None:
    results = tmp_path / "results.csv"
    results.write_text(
        "system,protocol,split,leaks,accuracy,low,high,data,seconds,device,note\n"
        "svm,report,stratified 70/30,True,0.7131,0.6812,0.7432,songs,3,a machine,\n"
    )
    result = CliRunner().invoke(app, ["systems", "--results", str(results)], env={"COLUMNS": "250"})
    assert result.exit_code == 0, result.output
    lines = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert set(lines) == {"system", *BY_NAME}
    assert "LEAKY 0.713 (0.681 to 0.743)" in lines["svm"]
    assert "2,271,330" in lines["music_speech_pooling"]
    assert "0.980" in lines["music_speech_pooling"]
    assert "33,957,263" in lines["scene_simple_stft"]
