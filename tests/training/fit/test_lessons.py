"""A teacher's tensors count alike, however far the numbers of one reach."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.training.teacher.tiny_taggers import SCORES, SUMS, WIDTH, WINDOW, onnx_tagger
from training.augment.plan import AugmentPlan
from training.fit.lessons import Lessons
from training.fit.plan import FitPlan
from training.recipe import Imitated, Learning
from training.take import Take

LEVELS = np.linspace(-1, 1, 64, dtype=np.float32)


def takes() -> list[Take]:
    """Steady levels, some with a slope, so that each of the tagger's sums differs between them."""
    slope = np.linspace(-0.2, 0.2, WINDOW, dtype=np.float32)
    sounds = [level * np.ones(WINDOW, np.float32) + level * slope * (number % 2) for number, level in enumerate(LEVELS)]
    return [Take(sound, np.zeros(0, np.float32), 16_000) for sound in sounds]


def lessons(folder: Path, values: str) -> NDArray[np.float32]:
    """float32 (takes, 2 WIDTH): of the sums, and of the scores, which are twice as large."""
    imitated = (Imitated(tensor=SUMS, values="numbers"), Imitated.model_validate({"tensor": SCORES, "values": values}))
    plan = FitPlan(epochs=1, takes_per_epoch=1, batch=1, learning_rate=0.1, weight_decay=0)
    learning = Learning(imitated=imitated, hop_seconds=0.1, takes=1, fit=plan, augment=AugmentPlan())
    made = Lessons(onnx_tagger(folder / "tagger.onnx"), learning)
    made.measure_scale(takes())
    return np.stack([made(take) for take in takes()])


def test_a_tensor_of_small_numbers_counts_as_much_as_one_of_large_ones(tmp_path: Path) -> None:
    learned = lessons(tmp_path, "numbers")
    sums, scores = learned[:, :WIDTH].std(axis=0), learned[:, WIDTH:].std(axis=0)
    np.testing.assert_allclose(sums, scores, rtol=0.1)
    np.testing.assert_allclose(learned.mean(axis=0), 0, atol=1e-5)


def test_what_hardly_speaks_counts_less_than_the_rest_of_its_tensor(tmp_path: Path) -> None:
    spread = lessons(tmp_path, "numbers")[:, :WIDTH].std(axis=0)
    assert spread[1] < spread[0] < spread[2] < 1, "of a slope, which half of the takes have a little of"


def test_probabilities_are_left_as_they_are(tmp_path: Path) -> None:
    learned = lessons(tmp_path, "probabilities")[:, WIDTH:]
    assert learned.max() == pytest.approx(32, abs=2), "twice 0.02 a sample"
