import csv
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from tests.training.evaluation.simulated import genres, one_hot, predictions
from training.evaluation.metrics_report import classes_csv, confusion_csv, mistakes_csv, report, report_text, slices_csv
from training.evaluation.thresholds import Calibration

UNCALIBRATED = dict.fromkeys(range(5), Calibration())
SONGS = genres(200, 4, 50, 2, seed=1)


def rows_of(table: str) -> list[list[str]]:
    return list(csv.reader(table.splitlines()))


def test_classes_are_those_of_scikit_learn() -> None:
    truth, said = SONGS.targets.argmax(axis=1), SONGS.file_probabilities().argmax(axis=1)
    expected = np.array(precision_recall_fscore_support(truth, said)).T
    rows = report(SONGS, UNCALIBRATED).classes
    assert [row.label for row in rows] == ["a", "b", "c", "d"]
    measured = np.array([[row.precision, row.recall, row.f1, row.support] for row in rows], float)
    assert measured == pytest.approx(expected)


def test_wrong_files_are_listed_with_what_was_said() -> None:
    likely = SONGS.file_probabilities()
    wrong = np.flatnonzero(likely.argmax(axis=1) != SONGS.targets.argmax(axis=1))
    found = report(SONGS, UNCALIBRATED)
    assert {mistake.name for mistake in found.mistakes} == {SONGS.names[index] for index in wrong}
    assert [mistake.probability for mistake in found.mistakes] == sorted(likely[wrong].max(axis=1), reverse=True)
    first = found.mistakes[0]
    index = SONGS.names.index(first.name)
    assert first.truth == SONGS.labels[SONGS.targets[index].argmax()]
    assert first.said == SONGS.labels[likely[index].argmax()]
    assert first.group == SONGS.groups[index]


def test_sigmoids_are_wrong_label_by_label() -> None:
    gate = predictions(
        [[2, -1], [-2, 1], [3, 3]],
        [[1, 1], [1, np.nan], [1, 1]],
        activation="sigmoid",
        labels=("music", "speech"),
    )
    found = report(gate, {0: Calibration(1.0, {"speech": 0.2}), 1: Calibration()})
    assert [(one.name, one.truth, one.said) for one in found.mistakes] == [("1.wav", "music", "not music")]
    assert found.mistakes[0].probability == pytest.approx(1 / (1 + np.exp(-2)))
    assert [(row.label, row.support, row.recall) for row in found.classes] == [("music", 3, 2 / 3), ("speech", 2, 1)]
    assert found.confusion is not None
    assert found.confusion.answers == ("none", "music", "speech", "music and speech")
    assert found.confusion.counts.tolist() == [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 2]], (
        "of one file something is unknown"
    )
    found = report(replace(gate, targets=np.zeros((3, 2), np.float32)), UNCALIBRATED)
    assert {(one.truth, one.said) for one in found.mistakes} == {("not music", "music"), ("not speech", "speech")}


def test_the_text_has_all_classes_and_the_surest_mistakes() -> None:
    found = report(SONGS, UNCALIBRATED)
    lines = report_text(found).splitlines()
    assert lines[0] == "200 files, grouped 5-fold"
    assert [line.split()[0] for line in lines[3:7]] == ["a", "b", "c", "d"]
    assert f"{len(found.mistakes)} wrong, the surest first" in lines
    assert found.mistakes[0].name in report_text(found)
    assert lines[-1] == f"and {len(found.mistakes) - 30} more"
    assert "LEAKY" not in report_text(found)


def test_a_leak_stands_at_the_top() -> None:
    leaky = report(replace(SONGS, leaks=True), UNCALIBRATED)
    assert report_text(leaky).startswith("LEAKY split: these are no test results.\n")


def test_what_cannot_be_divided_is_left_open() -> None:
    two = predictions([[2, 0, 0], [2, 0, 0]], one_hot(np.array([0, 1]), 3))
    found = report(two, UNCALIBRATED)
    assert rows_of(classes_csv(found)) == [
        ["label", "precision", "recall", "f1", "files"],
        ["a", "0.500", "1.000", "0.667", "1"],
        ["b", "", "0.000", "0.000", "1"],
        ["c", "", "", "", "0"],
    ]
    assert report_text(found).splitlines()[5].split() == ["c", "-", "-", "-", "0"]


def test_tables_hold_everything() -> None:
    named = replace(SONGS, labels=("rock, hard", 'the "blues"', "c", "d"))
    found = report(named, UNCALIBRATED)
    assert found.confusion is not None
    header, *rows = rows_of(confusion_csv(found.confusion))
    assert header == ["truth", *named.labels]
    assert [row[0] for row in rows] == list(named.labels)
    assert [[int(cell) for cell in row[1:]] for row in rows] == found.confusion.counts.tolist()
    mistakes = rows_of(mistakes_csv(found))
    assert mistakes[0] == ["truth", "said", "probability", "corpus", "group", "file"]
    assert len(mistakes) == 1 + len(found.mistakes)
    assert sum(int(cell) for row in rows for cell in row[1:]) == 200


def test_wrong_slices_are_counted_for_each_file() -> None:
    """Of two files with three slices each, and of one of their name in another corpus."""
    starts = ("0 s", "0.5 s", "1e+03 s")
    names = [f"{file} from {start}" for file in ("march.wav", "gravity.wav", "march.wav") for start in starts]
    corpora, groups = ("one",) * 6 + ("two",) * 3, ("march",) * 3 + ("gravity",) * 3 + ("other",) * 3
    truth, said = np.array([0, 0, 0, 1, 1, 1, 0, 0, 0]), np.array([0, 1, 0, 0, 1, 0, 0, 0, 0])
    sliced = predictions(
        8 * one_hot(said, 2) - 4, one_hot(truth, 2), names=tuple(names), corpora=corpora, groups=groups
    )
    found = report(sliced, UNCALIBRATED)
    header, *rows = rows_of(slices_csv(found))
    assert header == ["wrong", "slices", "corpus", "group", "file"]
    assert rows == [
        ["2", "3", "one", "gravity", "gravity.wav"],
        ["1", "3", "one", "march", "march.wav"],
        ["0", "3", "two", "other", "march.wav"],
    ]
    lines = report_text(found).splitlines()
    assert lines[0] == "9 slices of 3 files, grouped 2-fold"
    start = lines.index("wrong  slices  corpus  group    file")
    assert [line.split() for line in lines[start + 1 : start + 4]] == [*rows[:2], []], "only files with wrong ones"
    tagged = replace(sliced, activation="sigmoid")
    counts = [file.wrong for file in report(tagged, UNCALIBRATED).sliced]
    assert counts == [2, 1, 0], "a slice with two wrong labels is one"


def test_whole_files_have_no_slices() -> None:
    found = report(SONGS, UNCALIBRATED)
    assert found.sliced == ()
    assert "slices" not in report_text(found)
