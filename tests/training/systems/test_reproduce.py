"""`training reproduce`: both protocols of a system, what it leaves behind, and what it says if something is missing."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.training.embedding import tiny_embedder
from tests.training.embedding.test_embed import RECIPE as EMBEDDING_RECIPE
from tests.training.small_corpus import RECIPE, write_corpus
from tests.training.tabular.made_table import write_table
from training.commands.app import app
from training.systems import network_run, registry, system
from training.systems.results import GROUP, OFFICIAL, REPORT, read_results
from training.systems.system import System

SYSTEMS = (
    System("pitch", "003", "tones", "network", "60/40", 0.98, "chunk", "systems"),
    System("embedded", "001", "tones", "embedding", "70/30", folder="embedding", embedder="package"),
    System("cascade", "001", "tones", "cascade", "both"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("reproduced")
    write_corpus(root / "data", groups=5, clips=1, seconds=1.3)
    tiny_embedder.package(root / "embedder")
    for name in ("systems", "embedding"):
        (root / "recipes" / name).mkdir(parents=True)
    quick = RECIPE.replace("epochs = 3", "epochs = 2").replace("takes_per_epoch = 96", "takes_per_epoch = 16")
    plan = 'split = "stratified"\nhold_out = { test = 0.4 }\nslice_hop_seconds = 0.25'
    (root / "recipes" / "systems" / "pitch.toml").write_text(quick.replace("folds = 2", plan))
    embedded = EMBEDDING_RECIPE.replace('"pitch"', '"embedded"')
    (root / "recipes" / "embedding" / "embedded.toml").write_text(embedded)
    return root


@pytest.fixture(autouse=True)
def _small_systems(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "RECIPES", folder / "recipes")
    tables = tuple(one for one in registry.SYSTEMS if one.made_by == "table")
    monkeypatch.setattr(registry, "SYSTEMS", (*SYSTEMS, *tables))


def tut(folder: Path) -> Path:
    """The same sound in the layout of report 003's corpus, with two official folds."""
    (folder / "tut" / "evaluation_setup").mkdir(parents=True)
    (folder / "tut" / "audio").symlink_to(folder / "data")
    files = sorted(path.relative_to(folder / "data") for path in (folder / "data").rglob("*.wav"))
    lines = [f"audio/{file}\t{file.parent.name}\tplace {file.stem}\n" for file in files]
    (folder / "tut" / "meta.txt").write_text("".join(lines))
    for fold in (0, 1):
        (folder / "tut" / "evaluation_setup" / f"fold{fold}_evaluate.txt").write_text("".join(lines[fold::2]))
    return folder / "tut"


def reproduce(folder: Path, *asked: str) -> Result:
    places = {"results": "results.csv", "page": "page.md", "runs": "runs", "cache": "cache"}
    options = [word for name, place in places.items() for word in (f"--{name}", str(folder / place))]
    return CliRunner().invoke(app, ["reproduce", *asked, *options, "--jobs", "1"])


def test_a_network_is_measured_as_in_its_report_by_group_and_on_official_folds(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(network_run.BY_GROUP, "evaluation.folds", 2)
    told = reproduce(folder, "pitch", "--data", str(tut(folder)), "--epochs", "1")
    assert told.exit_code == 0, told.output
    found = {one.protocol: one for one in read_results(folder / "results.csv") if one.system == "pitch"}
    splits = {REPORT: "stratified random 60/40", GROUP: "grouped 2-fold", OFFICIAL: "official folds"}
    assert {name: one.split for name, one in found.items()} == splits
    assert found[GROUP].note == "1 of 2 epochs"
    assert found[GROUP].data.startswith("tut: 15 files in ")
    assert found[GROUP].seconds > 0
    assert (folder / "runs" / "pitch-1.0.0-group-1-of-2-epochs" / "report.txt").is_file()


def test_one_protocol_alone_with_fewer_takes(folder: Path) -> None:
    (result,) = (one for one in read_results(folder / "results.csv") if one.key == ("pitch", REPORT))
    asked = ("pitch", "--data", str(folder / "data"), "--takes", "8", "--protocol", "group")
    told = reproduce(folder, *asked)
    assert told.exit_code == 0, told.output
    found = {one.protocol: one for one in read_results(folder / "results.csv") if one.system == "pitch"}
    assert found[GROUP].note == "8 of 16 takes an epoch"
    assert found[REPORT] == result


def test_embeddings_are_measured_both_ways(folder: Path) -> None:
    embedder = folder / "embedder" / "tiny" / "1.0.0"
    told = reproduce(folder, "embedded", "--data", str(folder / "data"), "--package", str(embedder))
    assert told.exit_code == 0, told.output
    found = {one.protocol: one for one in read_results(folder / "results.csv") if one.system == "embedded"}
    assert found[REPORT].split.startswith("stratified by file 70%/30%")
    assert found[GROUP].split == "grouped 2-fold"


def test_tables_are_measured_under_all_protocols(folder: Path) -> None:
    songs = write_table(folder / "songs.csv")
    parts = write_table(folder / "parts.csv", parts=3)
    told = reproduce(folder, "naive_bayes", "--csv", str(songs), "--csv", str(parts), "--seeds", "2")
    assert told.exit_code == 0, told.output
    found = {one.protocol: one for one in read_results(folder / "results.csv") if one.system == "naive_bayes"}
    names = {"stratified 80/20", "parts, by song 70/30", "parts, per slice 80/20"}
    assert set(found) == {REPORT, GROUP, *names}
    assert [found[name].leaks for name in (GROUP, "parts, per slice 80/20")] == [False, True]
    assert found[GROUP].note.startswith("2 seeds, spread 0.")


def test_what_is_not_given_is_said_and_the_page_is_written_all_the_same(folder: Path) -> None:
    told = reproduce(folder, "embedded", "--data", str(folder / "data"))
    assert told.exit_code == 2
    assert "embedded needs --package: python -m training reproduce embedded" in told.stderr
    assert "Not measured: embedded." in told.stderr
    assert "## Not run" in (folder / "page.md").read_text()
    alone = reproduce(folder, "cascade")
    assert alone.exit_code == 2
    assert "Traceback" not in alone.output
