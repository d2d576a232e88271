"""What becomes a table, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from tests.training.small_corpus import write_corpus
from tests.training.tabular.made_table import LABELS, write_table
from tests.training.tabular.tone_recipe import RECIPE
from training.cache.file_cache import FeatureCache
from training.corpora.layouts import read_corpus
from training.examples import examples_of
from training.tabular.feature_table import TableError, feature_table, read_published
from training.tabular.handcraft_recipe import TabularRecipe, table_of


def test_a_row_for_each_song(tmp_path: Path) -> None:
    table = read_published(write_table(tmp_path / "songs.csv", changes={"tempo": "123.5", "mfcc20_var": "7e-3"}))
    assert table.rows.shape == (36, 57), "the length is not learned from"
    assert table.rows.dtype == np.float32
    assert table.rows[-1, 16] == np.float32(123.5)
    assert table.rows[-1, -1] == np.float32(0.007)
    assert table.labels == LABELS
    assert table.targets.tolist() == [0] * 12 + [1] * 12 + [2] * 12
    assert table.groups[0] == "blues.00000"
    assert not table.has_parts
    assert table.row_seconds == 30


def test_the_order_of_the_columns_does_not_matter(tmp_path: Path) -> None:
    path = write_table(tmp_path / "songs.csv")
    rows = [line.split(",") for line in path.read_text().splitlines()]
    (tmp_path / "turned.csv").write_text("\n".join(",".join(reversed(row)) for row in rows))
    np.testing.assert_array_equal(read_published(tmp_path / "turned.csv").rows, read_published(path).rows)


def test_parts_belong_to_their_song(tmp_path: Path) -> None:
    table = read_published(write_table(tmp_path / "parts.csv", songs=4, parts=3, seconds=10))
    assert table.groups[:4] == ("blues.00000",) * 3 + ("blues.00001",)
    assert table.has_parts
    assert table.row_seconds == 10


def test_a_table_need_not_say_how_long_its_songs_are(tmp_path: Path) -> None:
    path = write_table(tmp_path / "songs.csv")
    path.write_text(path.read_text().replace("length", "samples"))
    assert read_published(path).row_seconds is None


def test_songs_with_an_equal_row_are_one() -> None:
    rows = np.arange(6, dtype=np.float32)[:, None] * np.ones((1, 57), np.float32)
    rows[3], rows[5] = rows[0], rows[4]
    table = feature_table(rows, ["x", "x", "y", "y", "y", "x"], ["a", "a", "b", "c", "c", "d"])
    assert table.groups == ("a", "a", "b", "a", "a", "a"), "a and c share a row, and so do c and d"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tempo": ""}, "songs.csv, line 37: tempo is ''; a finite number is needed"),
        ({"rms_mean": "loud"}, "line 37: rms_mean is 'loud'"),
        ({"rms_mean": "nan"}, "line 37: rms_mean is 'nan'"),
        ({"mfcc1_var": "inf"}, "line 37: mfcc1_var is 'inf'"),
        ({"label": ""}, "line 37: label is empty"),
        ({"length": "long"}, "line 37: length is 'long'"),
        ({"filename": "song.wav"}, "filename is 'song.wav'; it should be like blues.00000.wav"),
    ],
)
def test_a_cell_that_cannot_be_used_is_named(tmp_path: Path, changes: dict[str, str], message: str) -> None:
    with pytest.raises(TableError, match=message):
        read_published(write_table(tmp_path / "songs.csv", changes=changes))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("filename,label\n", "has no column chroma_stft_mean, "),
        ("", "has no column filename, label, "),
        (None, "No such file"),
    ],
)
def test_a_file_that_is_no_table_is_named(tmp_path: Path, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / "songs.csv").write_text(text)
    with pytest.raises(TableError, match=message):
        read_published(tmp_path / "songs.csv")


def test_a_table_needs_two_labels() -> None:
    with pytest.raises(TableError, match="the table has x"):
        feature_table(np.zeros((2, 57), np.float32), ["x", "x"], ["a", "b"])
    with pytest.raises(TableError, match="the table has no row"):
        feature_table(np.zeros((0, 57), np.float32), [], [])


def test_sound_becomes_rows_by_the_front_end_that_serves(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text(RECIPE)
    recipe = TabularRecipe.read(tmp_path / "recipe.toml")
    corpus = read_corpus(write_corpus(tmp_path / "data", groups=1, clips=1))
    features = FeatureCache(tmp_path / "cache", recipe.front_end)
    assert features.fill([clip.path for clip in corpus.clips], 1) == {}
    table = table_of(recipe, examples_of(recipe, corpus.clips), features)
    assert table.row_seconds == 1
    assert table.rows.shape == (9, 57), "2.3 s are windows from 0, 1 and 1.3 s"
    assert table.truth == tuple(clip.label for clip in corpus.clips for _ in range(3))
    assert table.groups[0] == corpus.clips[0].group
    np.testing.assert_array_equal(table.rows[3:6], features.frames(corpus.clips[1].path))
