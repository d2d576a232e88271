"""Integers are shipped if they are right about as often, over everything that was held out."""

import numpy as np
import pytest

from training.evaluation.predictions import Predictions
from training.export.integers import choose


def with_right(right: int) -> Predictions:
    """Of 20 chunks of ten files, so many are answered rightly."""
    logits = np.tile(np.array([1.0, 0.0], np.float32), (20, 1))
    logits[right:] = logits[right:, ::-1]
    return Predictions(
        labels=("high", "low"),
        activation="softmax",
        split="grouped 2-fold",
        leaks=False,
        chunk_logits=logits,
        chunk_files=np.repeat(np.arange(10), 2),
        chunk_seconds=np.ones(20, np.float32),
        targets=np.tile(np.array([1.0, 0.0], np.float32), (10, 1)),
        groups=tuple("abcdefghij"),
        corpora=("tones",) * 10,
        names=tuple("abcdefghij"),
        folds=np.arange(10) % 2,
    )


@pytest.mark.parametrize(("right", "is_int8"), [(17, True), (16, True), (14, True), (12, False)])
def test_the_tolerance_decides(right: int, is_int8: bool) -> None:
    choice = choose(with_right(16), with_right(right), tolerance=0.15)
    assert choice.is_int8 is is_int8
    assert choice.float_score == pytest.approx(16 / 20)
    assert choice.int8_score == pytest.approx(right / 20)
