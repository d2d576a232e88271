"""`training reproduce`: both protocols of a system, what it leaves behind, and what it says if something is missing."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.training.embedding import tiny_embedder
from tests.training.embedding.test_embed import RECIPE as EMBEDDING_RECIPE
from tests.training.small_corpus import RECIPE, write_corpus
from tests.training.tabular.made_table import write_table
from tests.training.tabular.tone_recipe import RECIPE as TABULAR_RECIPE
from training.commands.training_commands import app
from training.systems import network_run, registry
from training.systems.registry import System
from training.systems.results import GROUP, OFFICIAL, REPORT, read_results
from training.tabular import comparison

SYSTEMS = (
    System("pitch", "003", "tones", "network", "60/40", 0.98, "chunk", "systems"),
    System("embedded", "001", "tones", "embedding", "70/30", folder="embedding", embedder="package"),
    System("cascade", "001", "tones", "cascade", "both"),
    System("compared", "000", "settings", "search", "60/40", counted="chunk", folder="systems", file="slices"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("reproduced")
    write_corpus(root / "data", groups=5, clips=1, seconds=1.3)
    tiny_embedder.package(root / "embedder")
    for name in ("systems", "embedding", "tabular"):
        (root / "recipes" / name).mkdir(parents=True)
    (root / "recipes" / "tabular" / "knn.toml").write_text(TABULAR_RECIPE)
    quick = RECIPE.replace("epochs = 3", "epochs = 2").replace("takes_per_epoch = 96", "takes_per_epoch = 16")
    plan = 'split = "stratified"\nhold_out = { test = 0.4 }\nslice_hop_seconds = 0.25'
    narrow = quick.replace("folds = 2", plan).replace("fmax = 8000", "fmax = 7000")
    (root / "recipes" / "systems" / "pitch.toml").write_text(narrow)
    slices = 'kind = "slice_cnn"\npooling = true\nkernel = 2\nframes = 50\n\n[augment.gain]'
    before, _, after = quick.replace("folds = 2", plan).partition("[network]\n")
    (root / "recipes" / "systems" / "slices.toml").write_text(
        f"{before}[network]\n{slices}{after.partition('[augment.gain]')[2]}"
    )
    embedded = EMBEDDING_RECIPE.replace('"pitch"', '"embedded"')
    (root / "recipes" / "embedding" / "embedded.toml").write_text(embedded)
    return root


@pytest.fixture(autouse=True)
def _small_systems(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "RECIPES", folder / "recipes")
    tables = tuple(one for one in registry.SYSTEMS if one.made_by == "table")
    monkeypatch.setattr(registry, "SYSTEMS", (*SYSTEMS, *tables))


def tut(folder: Path) -> Path:
    """The same sound in the layout of report 003's corpus, with two official folds."""
    (folder / "tut" / "evaluation_setup").mkdir(parents=True)
    (folder / "tut" / "audio").symlink_to(folder / "data")
    files = sorted(path.relative_to(folder / "data") for path in (folder / "data").rglob("*.wav"))
    lines = [f"audio/{file}\tscene/{file.parent.name}\tplace {file.stem}\n" for file in files]
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
    run = folder / "runs" / "pitch-1.0.0-group-1-of-2-epochs"
    assert (run / "report.txt").is_file()
    assert json.loads((run / "config.json").read_text())["recipe"]["front_end"]["fmax"] == 8_000, "all there is"


def test_one_protocol_alone_with_fewer_takes(folder: Path) -> None:
    (result,) = (one for one in read_results(folder / "results.csv") if one.key == ("pitch", REPORT))
    asked = ("pitch", "--data", str(folder / "data"), "--takes", "8", "--protocol", "group")
    told = reproduce(folder, *asked)
    assert told.exit_code == 0, told.output
    found = {one.protocol: one for one in read_results(folder / "results.csv") if one.system == "pitch"}
    assert found[GROUP].note == "8 of 16 takes an epoch"
    assert found[REPORT] == result


def test_settings_are_compared(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"network.stride": (2, 3), "fit.learning_rate": (0.001,)}
    monkeypatch.setattr(network_run, "SETTINGS", settings)
    told = reproduce(folder, "compared", "--data", str(folder / "data"), "--epochs", "1", "--takes", "8")
    assert told.exit_code == 0, told.output
    found = {one.protocol: one for one in read_results(folder / "results.csv") if one.system == "compared"}
    assert set(found) == {"2 0.001", "3 0.001"}
    assert {one.note for one in found.values()} == {"1 of 2 epochs, 8 of 16 takes an epoch"}
    for name, stride in (("2 0.001", 2), ("3 0.001", 3)):
        (config,) = (folder / "runs").glob(f"compared-*/{name}/config.json")
        assert json.loads(config.read_text())["recipe"]["network"]["stride"] == stride


def test_embeddings_are_measured_both_ways(folder: Path) -> None:
    embedder = folder / "embedder" / "tiny" / "1.0.0"
    told = reproduce(folder, "embedded", "--data", str(folder / "data"), "--package", str(embedder))
    assert told.exit_code == 0, told.output
    found = {one.protocol: one for one in read_results(folder / "results.csv") if one.system == "embedded"}
    assert found[REPORT].split.startswith("stratified random 70/30")
    assert found[GROUP].split == "grouped 2-fold"


def test_tables_are_measured_under_all_protocols(folder: Path) -> None:
    songs = write_table(folder / "songs.csv")
    parts = write_table(folder / "parts.csv", parts=3, seconds=10)
    told = reproduce(folder, "naive_bayes", "--csv", str(songs), "--csv", str(parts), "--seeds", "2")
    assert told.exit_code == 0, told.output
    found = {one.protocol: one for one in read_results(folder / "results.csv") if one.system == "naive_bayes"}
    by_song, per_slice = "parts of 10 s, by song 70/30", "parts of 10 s, per slice 80/20"
    assert set(found) == {REPORT, GROUP, "stratified 80/20", by_song, per_slice}
    assert [found[name].leaks for name in (GROUP, by_song, per_slice)] == [False, False, True]
    assert found[GROUP].note.startswith("2 seeds, spread 0.")
    assert f"| {by_song} | {per_slice} |" in (folder / "page.md").read_text()


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("songs") / "data", groups=10, clips=1, seconds=2.0)


@pytest.mark.parametrize("name", ["naive_bayes", "dense_simple"])
def test_rows_are_heard_as_well(folder: Path, songs: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "EPOCHS", 1)
    told = reproduce(folder, name, "--data", str(songs), "--seeds", "2")
    assert told.exit_code == 0, told.output
    found = {one.protocol: one for one in read_results(folder / "results.csv") if one.system == name}
    by_song, per_slice = found["sound of 1 s, by song 70/30"], found["sound of 1 s, per slice 80/20"]
    assert (by_song.leaks, per_slice.leaks) == (False, True)
    assert by_song.data == "tones: 30 files in 30 groups, 60 rows"
    assert "| sound of 1 s, by song 70/30 | sound of 1 s, per slice 80/20 |" in (folder / "page.md").read_text()


def test_what_was_measured_stays_when_a_later_table_cannot_be_split(folder: Path) -> None:
    songs, few = write_table(folder / "all.csv"), write_table(folder / "few.csv", songs=5, parts=2)
    asked = ("knn", "--csv", str(songs), "--csv", str(few), "--seeds", "1")
    told = reproduce(folder, *asked)
    assert told.exit_code == 2
    assert "knn: Label 'blues' has 5 groups; 10 folds need 10 of each label." in told.stderr
    found = {one.protocol for one in read_results(folder / "results.csv") if one.system == "knn"}
    assert found == {REPORT, GROUP, "stratified 80/20"}


def test_what_a_command_has_said_is_not_said_again(folder: Path) -> None:
    """An embedder that is not there: the command that embeds says so, and `reproduce` only what was not measured."""
    told = reproduce(folder, "embedded", "--data", str(folder / "data"), "--package", str(folder / "nothing"))
    assert told.exit_code == 2
    first, last = told.stderr.strip().splitlines()[0], told.stderr.strip().splitlines()[-1]
    assert "nothing" in first
    assert last == "Not measured: embedded."
    assert "embedded: 2" not in told.stderr


def test_what_is_not_given_is_said_and_the_page_is_written_all_the_same(folder: Path) -> None:
    told = reproduce(folder, "embedded", "--data", str(folder / "data"))
    assert told.exit_code == 2
    assert "embedded needs --package: python -m training reproduce embedded" in told.stderr
    assert "Not measured: embedded." in told.stderr
    rows = reproduce(folder, "svm")
    assert "svm needs --data or --csv: python -m training reproduce svm --data DATA --csv SONGS.csv" in rows.stderr
    assert "## Not run" in (folder / "page.md").read_text()
    alone = reproduce(folder, "cascade")
    assert alone.exit_code == 2
    assert "Traceback" not in alone.output
