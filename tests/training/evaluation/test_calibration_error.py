import numpy as np
import pytest

from tests.training.evaluation.simulated import calibrated_sigmoid, calibrated_softmax
from training.evaluation.bootstrap import value
from training.evaluation.held_out_metrics import metrics_of, score_files
from training.evaluation.metrics import BINS, bins_of, calibration_error
from training.evaluation.predictions import Predictions
from training.evaluation.thresholds import Calibration


def ece_of(predictions: Predictions, temperature: float) -> float:
    by_fold = dict.fromkeys((0, 1), Calibration(temperature))
    error = value(metrics_of(score_files(predictions, by_fold))["ece"], len(predictions.names))
    assert error is not None
    return error


def test_by_hand() -> None:
    stated = np.array([0.9, 0.9, 0.9, 0.2, 0.2])
    came_true = np.array([1, 1, 0, 0, 0], np.float32)
    # |0.9 - 2/3| of three items and |0.2 - 0| of two
    assert value(calibration_error(stated, came_true), 5) == pytest.approx((3 * (0.9 - 2 / 3) + 2 * 0.2) / 5)
    came_true[3:] = np.nan
    assert value(calibration_error(stated, came_true), 5) == pytest.approx(0.9 - 2 / 3)


def test_bins_are_closed_above() -> None:
    edges = np.arange(1, BINS + 1) / BINS
    assert bins_of(edges).tolist() == list(range(BINS))
    assert bins_of(np.nextafter(edges[:-1], 1)).tolist() == list(range(1, BINS))
    assert bins_of(np.array([0.0])).tolist() == [0]


@pytest.mark.parametrize("simulated", [calibrated_softmax(20_000, 5, seed=1), calibrated_sigmoid(20_000, 3, seed=1)])
def test_what_states_its_chances_has_none_and_what_boasts_has_much(simulated: Predictions) -> None:
    assert ece_of(simulated, 1.0) < 0.01
    assert ece_of(simulated, 1 / 3) > 0.1
    assert ece_of(simulated, 3.0) > 0.1


def test_softmax_judges_the_stated_probability_of_the_answer() -> None:
    simulated = calibrated_softmax(500, 3, seed=2)
    likely = simulated.file_probabilities()
    right = likely.argmax(axis=1) == simulated.targets.argmax(axis=1)
    confidence = likely.max(axis=1)
    expected = 0.0
    for k in range(BINS):
        inside = (confidence > k / BINS) & (confidence <= (k + 1) / BINS)
        if inside.any():
            expected += inside.mean() * abs(confidence[inside].mean() - right[inside].mean())
    assert ece_of(simulated, 1.0) == pytest.approx(expected)
