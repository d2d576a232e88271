"""Material: several folders as one, copies and same recordings in one group, evaluation sets left out."""

import shutil
from pathlib import Path

import pytest
from rich.console import Console

from tests.training.small_corpus import RECIPE, write_corpus
from training.prepare import Material, prepare
from training.recipe import read_recipe


def material(folder: Path, *data: str, recipe: str = RECIPE) -> Material:
    (folder / "recipe.toml").write_text(recipe)
    read = read_recipe(folder / "recipe.toml")
    return prepare(read, [folder / name for name in data], folder / "cache", 1, "refuse", Console(quiet=True))


@pytest.fixture
def two_folders(tmp_path: Path) -> Path:
    """Other sounds in each, and other groups."""
    for seed, name in enumerate(("one", "two")):
        write_corpus(tmp_path / name, groups=2, clips=1, seed=seed)
    table = tmp_path / "two" / "manifest.csv"
    rows = table.read_text().replace(",low0,", ",other0,").replace(",high0,", ",b-7,").replace(",high1,", ",b-8,")
    table.write_text(rows)
    return tmp_path


def groups(found: Material) -> dict[str, str]:
    return {f"{clip.path.parts[-3]}/{clip.path.parent.name}/{clip.path.stem}": clip.group for clip in found.clips}


def test_copies_in_two_folders_are_one_group(two_folders: Path) -> None:
    before = groups(material(two_folders, "one", "two"))
    assert before["one/low/0"] != before["two/low/0"]
    shutil.copy(two_folders / "one" / "low" / "0.wav", two_folders / "two" / "low" / "0.wav")
    found = groups(material(two_folders, "one", "two"))
    assert len(found) == 12
    assert found["one/low/0"] == found["two/low/0"]


def test_numbers_behind_prefixes_join_before_copies_do(two_folders: Path) -> None:
    table = two_folders / "one" / "manifest.csv"
    table.write_text(table.read_text().replace(",high0,", ",a-7,").replace(",high1,", ",a-9,"))
    prefixed = RECIPE.replace("seed = 7", 'seed = 7\nsame_group_after = ["a-", "b-"]')
    found = groups(material(two_folders, "one", "two", recipe=prefixed))
    assert found["one/high/0"] == found["two/high/0"]
    assert found["one/high/1"] != found["two/high/1"]


def test_a_published_evaluation_set_is_left_out(two_folders: Path) -> None:
    table = two_folders / "one" / "manifest.csv"
    header, *rows = table.read_text().splitlines()
    rows = [f"{row},{'test' if 'high/1' in row else ''}" for row in rows]
    table.write_text("\n".join([f"{header},split", *rows]) + "\n")
    found = material(two_folders, "one")
    assert "one/high/1" not in groups(found)
    assert [clip.path.stem for clip in found.evaluation_set] == ["1"]


def test_what_has_a_copy_that_is_learned_from_is_not_tested_on(two_folders: Path) -> None:
    table = two_folders / "one" / "manifest.csv"
    header, *rows = table.read_text().splitlines()
    rows = [f"{row},{'test' if 'high/1' in row else ''}" for row in rows]
    table.write_text("\n".join([f"{header},split", *rows]) + "\n")
    shutil.copy(two_folders / "one" / "high" / "1.wav", two_folders / "one" / "high" / "0.wav")
    assert not material(two_folders, "one").evaluation_set


def test_the_fingerprint_is_of_sound_and_of_what_is_said(two_folders: Path) -> None:
    before = material(two_folders, "one")
    table = two_folders / "one" / "manifest.csv"
    table.write_text(table.read_text().replace(",high0,", ",elsewhere,"))
    after = material(two_folders, "one")
    assert after.fingerprint != before.fingerprint
    assert material(two_folders, "two").fingerprint not in {before.fingerprint, after.fingerprint}
    table.write_text(table.read_text().replace(",elsewhere,", ",high0,"))
    assert material(two_folders, "one").fingerprint == before.fingerprint


def test_clips_that_no_source_asks_for_are_not_heard(two_folders: Path) -> None:
    table = two_folders / "one" / "manifest.csv"
    table.write_text(table.read_text() + "stranger.wav,low,stranger,elsewhere,CC0\n")
    (two_folders / "one" / "stranger.wav").write_bytes(b"no sound")
    assert {clip.corpus for clip in material(two_folders, "one").clips} == {"tones"}
