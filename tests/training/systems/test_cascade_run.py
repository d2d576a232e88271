"""The cascade of report 001 from runs that are there, and what is said if they are not."""

from pathlib import Path

import pytest

from tests.training.embedding.test_cascade import first_network, second_network
from training.fit.fit_plan import Precision
from training.recipe import RecipeError
from training.systems.embedding_run import reproduce_cascade
from training.systems.network_run import Given
from training.systems.registry import systems_named
from training.systems.results import GROUP, REPORT

(CASCADE,) = systems_named("cascade")


def given(runs: Path, epochs: int | None = None, precision: Precision | None = None) -> Given:
    return Given((), (), {}, epochs, None, precision, frozenset(), 1, runs, runs / "cache", 1, "refuse")


@pytest.mark.parametrize(
    ("epochs", "precision", "folder", "note"),
    [
        (None, None, "genre_cnn-1.0.0-group", ""),
        (6, "float32", "genre_cnn-1.0.0-group-6-of-100-epochs", "genre_cnn: 6 of 100 epochs"),
        (6, "bfloat16", "genre_cnn-1.0.0-group-6-of-100-epochs-bfloat16", "genre_cnn: 6 of 100 epochs, bfloat16"),
    ],
)
def test_network_two_is_judged_on_what_network_one_called_music(
    tmp_path: Path, epochs: int | None, precision: Precision | None, folder: str, note: str
) -> None:
    second = tmp_path / folder
    second.mkdir()
    second_network().save(second / "predictions.npz")
    with pytest.raises(RecipeError, match=r"reproduce music_embedding or music_embedding_yamnet first\."):
        reproduce_cascade(CASCADE, given(tmp_path, epochs, precision))
    first = tmp_path / "music_embedding_yamnet-1.0.0"
    (first / "holdout").mkdir(parents=True)
    for place in (first, first / "holdout"):
        first_network().save(place / "predictions.npz")
    results = {one.protocol: one for one in reproduce_cascade(CASCADE, given(tmp_path, epochs, precision))}
    assert set(results) == {REPORT, GROUP}
    assert results[GROUP].accuracy == pytest.approx(1 / 3)
    assert results[GROUP].note == note
    assert results[GROUP].data == "3 of 6 files that music_embedding_yamnet called music"
    assert (tmp_path / folder.replace("genre_cnn-1.0.0", "cascade") / "cascade.txt").is_file()


def test_a_missing_network_two_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="needs a run of genre_cnn: reproduce genre_cnn first"):
        reproduce_cascade(CASCADE, given(tmp_path))
