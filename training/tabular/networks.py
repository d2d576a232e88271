"""The report's two networks on rows, beside the classifiers."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from training.fit.plan import FitPlan
from training.networks.dense_deep import DenseDeep
from training.networks.dense_simple import DenseSimple
from training.networks.network import Network
from training.tabular.classifiers import THREADS
from training.tabular.comparison import Answering, Fit
from training.tabular.row_takes import fit_rows, probabilities_of

EPOCHS, BATCH = 60, 32
"""The report states neither; with these the loss on what is learned from has settled."""
NETWORKS: Mapping[str, Network] = {"dense_deep": DenseDeep(), "dense_simple": DenseSimple()}


def network_fits() -> dict[str, Fit]:
    return {name: _fit(network) for name, network in NETWORKS.items()}


def plan_for(rows: int) -> FitPlan:
    """Every row once an epoch."""
    return FitPlan(
        epochs=EPOCHS,
        takes_per_epoch=max(rows, BATCH),
        batch=BATCH,
        optimiser="adam",
        learning_rate=1e-3,
        weight_decay=0.0,
        schedule="constant",
        warmup=0.0,
    )


def _fit(network: Network) -> Fit:
    def fit(rows: NDArray[np.float32], targets: NDArray[np.int64], seed: int) -> Answering:
        torch.manual_seed(seed)
        built = network.build(rows.shape[1], int(targets.max()) + 1)
        with threadpool_limits(THREADS), TemporaryDirectory() as folder:
            return probabilities_of(fit_rows(built, rows, targets, plan_for(len(rows)), seed, Path(folder)))

    return fit
