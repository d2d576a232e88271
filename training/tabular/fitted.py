"""One classifier that has learned, and what it learned from."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import MinMaxScaler

Rows = NDArray[np.float32]
"""(rows, 57)"""


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """`scaler` is None where the estimator takes rows as they are. `known` float64 (rows, 57) are the scaled rows that
    were learned from, `targets` int64 (rows,) the indices of their labels."""

    estimator: Any
    scaler: MinMaxScaler | None
    known: NDArray[np.float64]
    targets: NDArray[np.int64]

    @property
    def labels(self) -> int:
        return len(self.estimator.classes_)

    def probabilities(self, rows: Rows) -> NDArray[np.float64]:
        """float32 (n, 57) -> float64 (n, labels); each row adds up to 1."""
        likely: NDArray[np.float64] = self.estimator.predict_proba(scaled(self.scaler, rows)).astype(np.float64)
        return likely


def scaled(scaler: MinMaxScaler | None, rows: Rows) -> NDArray[np.float64]:
    """float32 (n, 57) -> float64 (n, 57)"""
    wide = rows.astype(np.float64)
    brought: NDArray[np.float64] = wide if scaler is None else scaler.transform(wide)
    return brought
