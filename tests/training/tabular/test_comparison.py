"""Protocols keep together what they say, and a leak shows in the number and in its name."""

from pathlib import Path

import numpy as np
import pytest
import typer
from numpy.typing import NDArray
from typer.testing import CliRunner

from tests.training.tabular.made_table import LABELS, write_table
from training.splits import SplitError
from training.tabular.classifiers import CLASSIFIERS
from training.tabular.comparison import NETWORKS, Comparison, RowAnswering, all_fits, compare
from training.tabular.feature_table import FeatureTable, feature_table, read_published
from training.tabular.fitted_classifiers import Rows
from training.tabular.protocols import PARTS, REPORTED, SONGS, Protocol, protocols_of, songs_on_both_sides
from training.tabular.tabular_command import tabular


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> FeatureTable:
    return read_published(write_table(tmp_path_factory.mktemp("songs") / "songs.csv"))


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> FeatureTable:
    return read_published(write_table(tmp_path_factory.mktemp("parts") / "parts.csv", parts=4))


def test_the_table_says_which_protocols_there_are(songs: FeatureTable, parts: FeatureTable) -> None:
    assert protocols_of(songs) == SONGS
    assert protocols_of(parts) == PARTS


@pytest.mark.parametrize("protocol", SONGS, ids=lambda one: one.name)
def test_shares_are_as_stated(songs: FeatureTable, protocol: Protocol) -> None:
    fold = protocol.split(songs, seed=0)
    assert sorted(fold.train + fold.test) == list(range(36))
    assert len(fold.test) == pytest.approx(36 * protocol.test, abs=2)
    assert {songs.truth[index] for index in fold.test} == set(LABELS)
    assert protocol.split(songs, seed=0) == fold
    assert protocol.split(songs, seed=1) != fold


def test_songs_stay_together_or_not(parts: FeatureTable) -> None:
    by_song, per_slice = PARTS
    assert songs_on_both_sides(parts, by_song.split(parts, 0)) == 0
    assert songs_on_both_sides(parts, per_slice.split(parts, 0)) > 0.9


def test_too_few_songs_are_named(tmp_path: Path) -> None:
    few = read_published(write_table(tmp_path / "few.csv", songs=5, parts=2))
    with pytest.raises(SplitError, match="Label 'blues' has 5 groups; 10 folds need 10"):
        PARTS[0].split(few, 0)


def compared(table: FeatureTable, protocol_number: int, seeds: int = 3) -> Comparison:
    protocol = protocols_of(table)[protocol_number]
    return compare("table", table, protocol, "knn", _one_neighbour, range(seeds), 0.5)


def _one_neighbour(rows: Rows, targets: NDArray[np.int64], seed: int) -> RowAnswering:
    def answer(others: Rows) -> NDArray[np.float64]:
        nearest = np.linalg.norm(others[:, None] - rows[None], axis=2).argmin(axis=1)
        votes: NDArray[np.float64] = np.eye(3)[targets[nearest]]
        return votes

    return answer


def test_a_leak_shows_in_the_number_and_in_its_name(parts: FeatureTable) -> None:
    honest, leaky = compared(parts, 0), compared(parts, 1)
    assert (honest.metric, leaky.metric) == ("accuracy", "LEAKY accuracy")
    assert leaky.mean > 0.95 > honest.mean + 0.05
    assert honest.on_both_sides == 0


def test_copies_of_a_song_are_a_leak_too(songs: FeatureTable) -> None:
    rows = songs.rows.copy()
    rows[1::2] = rows[::2]
    doubled = feature_table(rows, songs.truth, songs.groups)
    assert compared(doubled, 1).metric == "LEAKY accuracy"
    assert compared(songs, 1).metric == "accuracy"


def test_the_numbers_are_over_seeds(songs: FeatureTable) -> None:
    result = compared(songs, 1)
    assert len(result.accuracies) == 3
    assert result.mean == pytest.approx(np.mean(result.accuracies))
    assert result.spread == pytest.approx(np.std(result.accuracies, ddof=1))
    assert result.interval is not None
    assert result.interval[0] < result.mean < result.interval[1]
    assert compared(songs, 1, seeds=1).spread == 0


def test_the_report_has_a_number_for_each() -> None:
    assert list(REPORTED) == [*CLASSIFIERS, *NETWORKS] == list(all_fits())
    knn = REPORTED["knn"]
    assert [knn.under(one, has_parts=True) for one in PARTS] == [0.442, 0.818]
    assert [knn.under(one, has_parts=False) for one in SONGS] == [0.665, 0.665, None]


def run(*words: str) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(tabular)
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, list(words))
    return result.exit_code, result.output


def test_the_command_writes_and_prints_a_table(tmp_path: Path) -> None:
    paths = [str(write_table(tmp_path / "a.csv")), str(write_table(tmp_path / "b.csv", parts=3))]
    out = tmp_path / "new" / "results.csv"
    code, text = run(*paths, "--seeds", "2", "--only", "naive_bayes", "--only", "knn", "--out", str(out))
    assert code == 0, text
    lines = out.read_text().splitlines()
    assert lines[0].startswith("table,protocol,metric,classifier,mean,spread,low,high,report,on both sides,seconds")
    assert len(lines) == 1 + (3 + 2) * 2
    assert "b,per slice 80/20,LEAKY accuracy,knn," in out.read_text()
    assert "by song 70/30" in text


def test_the_command_tells_plainly_what_is_wrong(tmp_path: Path) -> None:
    code, text = run(str(tmp_path / "none.csv"))
    assert code == 2
    assert "cannot be read: No such file" in text
    code, text = run(str(write_table(tmp_path / "a.csv")), "--only", "guess")
    assert code == 2
    assert "There is no guess. There are: naive_bayes, sgd, " in text
