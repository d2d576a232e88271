import json
import shutil
from pathlib import Path

import pytest

from service.errors import BrokenPackage, NoModels, UnknownModel
from service.inference.package import Package
from service.inference.store import ModelStore
from service.inference.verified import verified


@pytest.fixture
def store(tiny_models: Path, tmp_path: Path) -> ModelStore:
    """gate in the versions 1.0.0, 1.9.0 and 1.10.0, and genre."""
    shutil.copytree(tiny_models, tmp_path, dirs_exist_ok=True)
    shutil.rmtree(tmp_path / "scene")
    for version in ("1.9.0", "1.10.0"):
        folder = tmp_path / "gate" / version
        shutil.copytree(tmp_path / "gate" / "1.0.0", folder)
        manifest = json.loads((folder / "manifest.json").read_text())
        (folder / "manifest.json").write_text(json.dumps({**manifest, "version": version}))
    return ModelStore(tmp_path)


def test_versions_are_numbers_not_words(store: ModelStore) -> None:
    assert store.references() == ["gate@1.0.0", "gate@1.9.0", "gate@1.10.0", "genre@1.0.0"]


def test_a_bare_name_means_the_newest_version(store: ModelStore) -> None:
    assert store.package("gate").reference == "gate@1.10.0"


def test_a_version_means_itself(store: ModelStore) -> None:
    assert verified(store.package("gate@1.9.0")).manifest.version == "1.9.0"


@pytest.mark.parametrize("reference", ["scene", "gate@2.0.0", "", "gate@1.0"])
def test_an_unknown_model_is_named_beside_those_that_there_are(store: ModelStore, reference: str) -> None:
    with pytest.raises(UnknownModel, match=f"no model '{reference}'.*gate@1.10.0, genre@1.0.0"):
        store.package(reference)


def test_an_empty_folder_says_how_to_get_models(tmp_path: Path) -> None:
    with pytest.raises(NoModels, match="A package is a folder"):
        ModelStore(tmp_path).package("gate")


def test_a_broken_package_is_listed_as_its_error(store: ModelStore) -> None:
    (store.folder / "genre" / "1.0.0" / "manifest.json").write_text("[]")
    *sound, broken = store.packages()
    assert all(isinstance(one, Package) for one in sound)
    assert isinstance(broken, BrokenPackage)
    assert "genre@1.0.0" in broken.detail


def test_a_package_that_is_added_is_there(store: ModelStore, tiny_models: Path) -> None:
    shutil.copytree(tiny_models / "scene", store.folder / "scene")
    assert "scene@1.0.0" in store.references()


@pytest.mark.parametrize("name", ["draft", "2", "2.0", "v3.0.0", "1.2.3-rc1"])
def test_folders_that_are_no_versions_do_no_harm(store: ModelStore, name: str) -> None:
    shutil.copytree(store.folder / "gate" / "1.0.0", store.folder / "gate" / name)
    assert store.package("gate").reference == "gate@1.10.0"
    assert any(isinstance(one, BrokenPackage) and f"gate@{name}" in one.detail for one in store.packages())


def test_a_newest_version_that_is_broken_is_not_passed_over(store: ModelStore) -> None:
    (store.folder / "gate" / "2.0.0").mkdir()
    (store.folder / "gate" / "2.0.0" / "manifest.json").write_text("{}")
    with pytest.raises(BrokenPackage, match=r"gate@2\.0\.0 is refused"):
        store.package("gate")
