from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, log_loss

from tests.training.evaluation.simulated import calibrated_sigmoid, calibrated_softmax, one_hot, predictions
from training.evaluation.held_out_metrics import score_files
from training.evaluation.predictions import Predictions
from training.evaluation.thresholds import (
    Calibration,
    CalibrationError,
    Mixtures,
    cross_fit,
    fit_calibration,
    fit_on_rest,
    fit_temperature,
    fit_thresholds,
    negative_log_likelihood,
)


@pytest.mark.parametrize("known", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("simulated", [calibrated_softmax(8_000, 5, seed=3), calibrated_sigmoid(8_000, 3, seed=3)])
def test_a_known_temperature_is_recovered(simulated: Predictions, known: float) -> None:
    scaled = replace(simulated, chunk_logits=simulated.chunk_logits * np.float32(known))
    assert fit_temperature(scaled) == pytest.approx(known, rel=0.05)


def test_unknown_targets_do_not_pull() -> None:
    simulated = calibrated_sigmoid(8_000, 2, seed=4)
    boastful = simulated.chunk_logits.copy()
    boastful[:, 0] *= 2
    boastful[:, 1] *= 10
    hidden = simulated.targets.copy()
    hidden[:, 1] = np.nan
    assert fit_temperature(replace(simulated, chunk_logits=boastful, targets=hidden)) == pytest.approx(2, rel=0.05)


def test_likelihood_is_that_of_scikit_learn() -> None:
    simulated = calibrated_softmax(200, 4, seed=5)
    truth = simulated.targets.argmax(axis=1)
    assert negative_log_likelihood(simulated, 1.7) == pytest.approx(
        log_loss(truth, simulated.probabilities(1.7), labels=range(4)), rel=1e-5
    )


def test_a_long_file_counts_as_one() -> None:
    short = predictions([[3, 0], [3, 0]], [[1, 0], [0, 1]])
    long = predictions([[3, 0], *[[3, 0]] * 50], [[1, 0], [0, 1]], chunk_files=[0] + [1] * 50)
    assert negative_log_likelihood(long, 1.3) == pytest.approx(negative_log_likelihood(short, 1.3))


def gate(likely: list[float], truth: list[float]) -> Predictions:
    """One sigmoid label, by the probabilities of files."""
    share = np.array(likely)[:, None]
    return predictions(np.log(share / (1 - share)), np.array(truth)[:, None], activation="sigmoid")


@pytest.mark.parametrize(
    ("likely", "truth", "threshold"),
    [
        ([0.1, 0.2, 0.3, 0.7, 0.8], [0, 0, 0, 1, 1], 0.5),
        ([0.1, 0.2, 0.6, 0.7, 0.8], [0, 0, 1, 1, 1], 0.4),
        # two stretches are equally good, 0.2 to 0.3 and 0.4 to 0.7: the wider is safer
        ([0.2, 0.3, 0.4, 0.7], [0, 1, 0, 1], 0.55),
        # from 0.001 to 0.01 would separate best: too near to the edge, so the best of what is left
        ([0.001, 0.01, 0.02, 0.99], [0, 1, 1, 1], 0.5),
        # an unknown file in the middle of the plateau does not cut it
        ([0.1, 0.2, 0.55, 0.8], [0, 0, np.nan, 1], 0.5),
    ],
)
def test_the_threshold_is_the_middle_of_the_best(likely: list[float], truth: list[float], threshold: float) -> None:
    assert fit_thresholds(gate(likely, truth), 1.0) == {"a": pytest.approx(threshold, abs=1e-5)}


def test_no_other_threshold_is_better() -> None:
    rng = np.random.default_rng(6)
    truth = (rng.random(200) < 0.2).astype(np.float32)
    likely = np.clip(rng.normal(0.3 + 0.15 * truth, 0.15), 0.01, 0.99)
    fitted = fit_thresholds(gate(likely.tolist(), truth.tolist()), 1.0)["a"]
    best = max(balanced_accuracy_score(truth, likely >= bar) for bar in np.linspace(0.05, 0.95, 181))
    assert balanced_accuracy_score(truth, likely >= fitted) >= best


def test_a_label_with_one_class_has_no_threshold() -> None:
    assert fit_thresholds(gate([0.1, 0.9], [1, 1]), 1.0) == {}
    assert fit_thresholds(gate([0.1, 0.9], [1, np.nan]), 1.0) == {}


def test_softmax_has_no_thresholds() -> None:
    assert fit_calibration(calibrated_softmax(50, 3, seed=0)).thresholds == {}
    assert set(fit_calibration(calibrated_sigmoid(50, 3, seed=0)).thresholds) == {"a", "b", "c"}


def test_a_fold_is_calibrated_by_the_others() -> None:
    simulated = calibrated_softmax(4_000, 4, seed=7)
    scale = np.array([1.0, 2.0, 4.0], np.float32)
    folds = np.arange(4_000) % 3
    uneven = replace(simulated, chunk_logits=simulated.chunk_logits * scale[folds][:, None], folds=folds)
    fitted = cross_fit(uneven)
    for fold in range(3):
        assert fitted[fold] == fit_calibration(uneven.subset(folds != fold))
    assert fitted[0].temperature > 1.4 * fitted[2].temperature


def test_what_is_in_a_fold_has_no_part_in_its_calibration() -> None:
    simulated = calibrated_sigmoid(300, 2, seed=8)
    turned = replace(
        simulated, targets=np.where(simulated.folds[:, None] == 0, 1 - simulated.targets, simulated.targets)
    )
    assert cross_fit(turned)[0] == cross_fit(simulated)[0]
    assert cross_fit(turned)[1] != cross_fit(simulated)[1]


def test_a_group_on_both_sides_is_left_out_unless_the_split_leaks_by_design() -> None:
    simulated = calibrated_softmax(60, 3, seed=9)
    shared = replace(simulated, groups=("song", "song", *simulated.groups[2:]))
    unshared = simulated.subset((simulated.folds == 1) & (np.arange(60) != 1))
    assert cross_fit(shared)[0] == fit_calibration(unshared)
    assert cross_fit(replace(shared, leaks=True))[0] == fit_calibration(simulated.subset(simulated.folds == 1))


def test_a_corpus_is_calibrated_by_all_that_is_known_of_the_others() -> None:
    """Known are the answers of networks that had learned from all corpora; of the one that is judged none counts."""
    known = replace(calibrated_sigmoid(90, 1, seed=8), corpora=("home",) * 40 + ("field",) * 50)
    is_home = np.arange(90) < 40
    judged = replace(known, folds=is_home.astype(np.int64), chunk_logits=3 * known.chunk_logits)
    mixed = Mixtures(predictions([[0.4]], [[1]], activation="sigmoid"), 0.5)
    fitted = fit_on_rest(judged, known, {"field": mixed})
    assert fitted == {0: fit_calibration(known.subset(is_home), mixed), 1: fit_calibration(known.subset(~is_home))}
    assert fitted[0] != fit_calibration(known.subset(is_home))


def test_one_fold_cannot_be_cross_fitted() -> None:
    one = replace(calibrated_softmax(10, 2, seed=0), folds=np.zeros(10, np.int64))
    with pytest.raises(CalibrationError, match="two folds at least, and there are 1 with 10 groups"):
        cross_fit(one)


def test_scores_take_temperature_and_threshold_of_their_fold() -> None:
    two = predictions([[1.0], [1.0]], [[1], [0]], activation="sigmoid")
    scores = score_files(two, {0: Calibration(1.0, {"a": 0.7}), 1: Calibration(2.0, {"a": 0.7})})
    assert scores.probabilities[:, 0] == pytest.approx([0.731059, 0.622459], abs=1e-6)
    assert scores.decided.tolist() == [[True], [False]]
    assert score_files(two, {0: Calibration(), 1: Calibration()}).decided.all()


def test_softmax_decides_for_the_likeliest() -> None:
    tie = predictions([[0, 0, 0], [1, 2, 0]], one_hot(np.array([2, 1]), 3))
    scores = score_files(tie, dict.fromkeys((0, 1), Calibration()))
    assert scores.said.tolist() == [0, 1]
    assert scores.decided.sum(axis=1).tolist() == [1, 1]
    assert scores.truth.tolist() == [2, 1]


def test_a_recording_in_many_slices_does_not_rule_the_threshold() -> None:
    """Forty slices of one odd recording lie at 0.2, ten recordings at 0.8; without the label, two lie at 0.4."""
    likely = np.array([0.2] * 40 + [0.8] * 10 + [0.4] * 2 + [0.1] * 8)
    logits = np.log(likely / (1 - likely))[:, None]
    targets = np.array([[1.0]] * 50 + [[0.0]] * 10)
    groups = ["odd"] * 40 + [str(number) for number in range(20)]
    sliced = predictions(logits, targets, activation="sigmoid", groups=groups)
    assert 0.4 < fit_thresholds(sliced, 1.0)["a"] < 0.8
    alone = replace(sliced, groups=tuple(str(number) for number in range(60)))
    assert fit_thresholds(alone, 1.0)["a"] < 0.2


def test_mixtures_have_their_share_in_the_threshold() -> None:
    """Clips alone want 0.7; in two thirds of the mixtures the label is likely by 0.4 only."""
    clips = gate([0.1, 0.5, 0.9, 0.9], [0, 0, 1, 1])
    mixed = gate([0.4, 0.4, 0.9], [1, 1, 1])
    fitted = {share: fit_thresholds(clips, 1.0, Mixtures(mixed, share))["a"] for share in (0.0, 0.2, 0.8)}
    assert fitted == {0.0: pytest.approx(0.7), 0.2: pytest.approx(0.7), 0.8: pytest.approx(0.25)}


def test_mixtures_of_a_fold_have_no_part_in_its_calibration() -> None:
    clips = replace(gate([0.1, 0.5, 0.9, 0.95] * 2, [0, 0, 1, 1] * 2), folds=np.repeat([0, 1], 4))
    mixed = replace(gate([0.52, 0.51], [1, 1]), folds=np.array([0, 0]))
    mixtures = Mixtures(mixed, 0.9)
    fitted = cross_fit(clips, mixtures)
    assert fitted[0] == cross_fit(clips)[0]
    assert fitted[1] == fit_calibration(clips.subset(clips.folds == 0), mixtures) != cross_fit(clips)[1]
