"""Networks on the same rows: a table in place of the sound that networks hear otherwise, for the very same fit."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from training.fit.device import best_device
from training.fit.fitting import Fitting, Lesson
from training.fit.loss import label_loss, right_share
from training.fit.plan import FitPlan
from training.networks.tagger import Tagger


class RowTakes(Dataset[tuple[Tensor, Tensor]]):
    """Item n is (frames float32 (1, 57), targets float32 (labels,)). Every row comes once before any comes again, in
    another order each time."""

    def __init__(self, rows: NDArray[np.float32], targets: NDArray[np.int64], seed: int) -> None:
        self._rows = torch.from_numpy(rows[:, None, :])
        self._targets = torch.eye(int(targets.max()) + 1)[torch.from_numpy(targets)]
        self._seed = seed

    def __getitem__(self, number: int) -> tuple[Tensor, Tensor]:
        round_, place = divmod(number, len(self._rows))
        row = int(np.random.default_rng([self._seed, round_]).permutation(len(self._rows))[place])
        return self._rows[row], self._targets[row]


def fit_rows(
    network: Tagger, rows: NDArray[np.float32], targets: NDArray[np.int64], plan: FitPlan, seed: int, folder: Path
) -> Tagger:
    """`rows` float32 (n, 57), `targets` int64 (n,). In evaluation mode; curve and checkpoint lie in `folder`."""
    lesson = Lesson(
        takes=RowTakes(rows, targets, seed),
        loss=label_loss("softmax"),
        change_batch=lambda frames, wanted, _: (frames, wanted),
        workers=0,
        score=right_share("softmax"),
    )
    return Fitting(network, lesson, plan, seed, folder, best_device()).run()


def probabilities_of(network: Tagger) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """float32 (n, 57) -> float32 (n, labels), of a network in evaluation mode."""

    def probabilities(rows: NDArray[np.float32]) -> NDArray[np.float32]:
        device = next(network.parameters()).device
        with torch.inference_mode():
            logits = network(torch.from_numpy(rows[:, None, :]).to(device))
        likely: NDArray[np.float32] = logits.softmax(dim=1).cpu().numpy()
        return likely

    return probabilities
