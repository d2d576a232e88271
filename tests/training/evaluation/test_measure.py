from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics as reference

from service.inference.manifest import Metric
from tests.training.evaluation.simulated import calibrated_sigmoid, calibrated_softmax, genres, one_hot, predictions
from training.evaluation.held_out_metrics import by_corpus, measure
from training.evaluation.predictions import Predictions
from training.evaluation.thresholds import Calibration, cross_fit
from training.splits import leaky_per_slice

UNCALIBRATED = dict.fromkeys(range(5), Calibration())


def by_name(metrics: tuple[Metric, ...]) -> dict[str, Metric]:
    assert len({metric.name for metric in metrics}) == len(metrics)
    return {metric.name: metric for metric in metrics}


def test_softmax_numbers_are_of_files_and_of_chunks() -> None:
    songs = genres(200, 4, 50, 6, seed=1)
    measured = by_name(measure(songs, UNCALIBRATED, draws=200))
    names = ["accuracy", "balanced_accuracy", "macro_f1", "auc", "ece"]
    assert list(measured) == [*names, *(f"{name} per chunk" for name in names)]
    truth = songs.targets.argmax(axis=1)
    for suffix, likely, labels in (
        ("", songs.file_probabilities(), truth),
        (" per chunk", songs.probabilities(), truth[songs.chunk_files]),
    ):
        said = likely.argmax(axis=1)
        assert measured[f"accuracy{suffix}"].value == pytest.approx(reference.accuracy_score(labels, said))
        f1 = reference.f1_score(labels, said, average="macro")
        assert measured[f"macro_f1{suffix}"].value == pytest.approx(f1)
        auc = reference.roc_auc_score(labels, likely, multi_class="ovr")
        assert measured[f"auc{suffix}"].value == pytest.approx(auc)
    assert measured["accuracy"].value > measured["accuracy per chunk"].value


def test_each_number_has_its_split_and_its_interval() -> None:
    for metric in measure(genres(200, 4, 50, 3, seed=1), UNCALIBRATED, draws=200):
        assert metric.split == "grouped 5-fold"
        if metric.name.startswith("ece"):
            assert metric.interval is None
        else:
            assert metric.interval is not None
            low, high = metric.interval
            assert low < metric.value < high


def test_each_sigmoid_label_is_judged_where_its_truth_is_known() -> None:
    gate = calibrated_sigmoid(400, 2, seed=2)
    targets = gate.targets.copy()
    targets[::3, 1] = np.nan
    measured = by_name(measure(replace(gate, labels=("music", "speech"), targets=targets), UNCALIBRATED, draws=100))
    known = ~np.isnan(targets[:, 1])
    truth, likely = targets[known, 1], gate.file_probabilities()[known, 1]
    assert measured["auc/speech"].value == pytest.approx(reference.roc_auc_score(truth, likely))
    balanced = reference.balanced_accuracy_score(truth, likely >= 0.5)
    assert measured["balanced_accuracy/speech"].value == pytest.approx(balanced)
    mean = (measured["ece/music"].value + measured["ece/speech"].value) / 2
    assert measured["ece"].value == pytest.approx(mean)
    kinds = ("balanced_accuracy", "accuracy", "recall", "specificity", "f1", "auc", "eer", "ece")
    expected = [*(f"{kind}/{label}" for label in ("music", "speech") for kind in kinds), "ece"]
    assert list(measured) == [*expected, *(f"{name} per chunk" for name in expected)]


def test_what_cannot_be_computed_is_left_out() -> None:
    gate = calibrated_sigmoid(60, 2, seed=3)
    targets = gate.targets.copy()
    targets[:, 0] = 1
    names = set(by_name(measure(replace(gate, targets=targets), UNCALIBRATED, draws=50)))
    assert not names & {"balanced_accuracy/a", "auc/a", "eer/a", "auc/a per chunk"}
    assert {"ece/a", "recall/a", "auc/b", "ece"} <= names
    assert "specificity/a" not in names


def test_calibration_is_judged_where_it_was_not_fitted() -> None:
    """A fold that boasts is not corrected by folds that do not."""
    simulated = calibrated_softmax(6_000, 4, seed=4)
    boasting = replace(
        simulated, chunk_logits=np.where(simulated.folds[:, None] == 0, 4, 1) * simulated.chunk_logits
    ).subset(simulated.folds == 0)
    even = by_name(measure(replace(boasting, folds=np.arange(len(boasting.names)) % 2), draws=10))
    uneven = by_name(
        measure(
            replace(simulated, chunk_logits=np.where(simulated.folds[:, None] == 0, 4, 1) * simulated.chunk_logits),
            draws=10,
        )
    )
    assert even["ece"].value < 0.03
    assert uneven["ece"].value > 0.1


def leaky() -> Predictions:
    songs = genres(100, 3, 25, 2, seed=5)
    labels = [songs.labels[index] for index in songs.targets.argmax(axis=1)]
    split = leaky_per_slice(labels, songs.groups, 2, seed=0)
    folds = np.zeros(100, np.int64)
    folds[list(split.folds[1].test)] = 1
    return replace(songs, split=split.name, leaks=split.leaks, folds=folds)


def test_every_leaky_number_says_so() -> None:
    measured = measure(leaky(), draws=20)
    assert all(metric.name.startswith("LEAKY ") for metric in measured)
    assert all(metric.split == "LEAKY per-slice random 2-fold" for metric in measured)
    assert "accuracy" not in by_name(measured)
    assert "LEAKY accuracy per chunk" in by_name(measured)


def test_each_corpus_has_its_own_numbers_under_the_common_calibration() -> None:
    songs = genres(200, 4, 50, 2, seed=6)
    corpora = np.where(np.arange(200) % 50 < 20, "home", "field")
    both = replace(songs, corpora=tuple(corpora.tolist()))
    measured = by_corpus(both, cross_fit(both), draws=50)
    assert list(measured) == ["field", "home"]
    accuracies = [by_name(measured[corpus])["accuracy"].value for corpus in ("field", "home")]
    whole = by_name(measure(both, draws=50))["accuracy"].value
    assert whole == pytest.approx(0.6 * accuracies[0] + 0.4 * accuracies[1])


def test_a_corpus_of_one_class_has_accuracy_alone() -> None:
    rock = predictions([[2, 0], [1, 0], [0, 1]], one_hot(np.array([0, 0, 0]), 2))
    measured = by_name(measure(rock, UNCALIBRATED, draws=50))
    assert measured["accuracy"].value == pytest.approx(2 / 3)
    assert set(measured) == {"accuracy", "ece", "accuracy per chunk", "ece per chunk"}
