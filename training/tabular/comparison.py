"""Classifiers and networks on rows, under protocols and over several seeds: the mean, how much seeds differ, and what
songs are worth."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits
from torch import Tensor
from torch.utils.data import Dataset

from training.evaluation.bootstrap import group_intervals
from training.evaluation.held_out_metrics import LEAKY
from training.evaluation.metrics import multiclass_accuracy
from training.fit.fit_plan import FitPlan
from training.fit.fitting import Fitting, Lesson, best_device, label_loss, right_share
from training.networks.dense import DenseDeep, DenseSimple
from training.networks.tagger import Network, Tagger
from training.tabular.classifiers import CLASSIFIERS, THREADS
from training.tabular.feature_table import FeatureTable
from training.tabular.fitted_classifiers import Rows
from training.tabular.protocols import REPORTED, Protocol, protocols_of, songs_on_both_sides

EPOCHS, BATCH = 60, 32
"""The report states neither; with these the loss on what is learned from has settled."""
NETWORKS: Mapping[str, Network] = {"dense_deep": DenseDeep(), "dense_simple": DenseSimple()}
RowAnswering = Callable[[Rows], NDArray[np.floating]]
"""Rows -> probabilities (rows, labels)."""
Fit = Callable[[Rows, NDArray[np.int64], int], RowAnswering]
"""(rows, targets, seed) -> what answers to other rows."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One classifier under one protocol."""

    table: str
    protocol: str
    classifier: str
    accuracies: tuple[float, ...]
    """Accuracy for each seed."""
    interval: tuple[float, float] | None
    """95 %, of the mean over seeds, by drawing songs with replacement."""
    on_both_sides: float
    """Share of the tested rows whose song was learned from, over the seeds."""
    reported: float | None
    """What the report says, if it has such a number."""
    seconds: float

    @property
    def mean(self) -> float:
        return float(np.mean(self.accuracies))

    @property
    def spread(self) -> float:
        """Standard deviation over the seeds; 0 if there is one only."""
        return float(np.std(self.accuracies, ddof=1)) if len(self.accuracies) > 1 else 0.0

    @property
    def metric(self) -> str:
        """`accuracy`, or LEAKY where songs are on both sides: that is no test accuracy."""
        return f"{LEAKY if self.on_both_sides else ''}accuracy"


def compare(
    title: str,
    table: FeatureTable,
    protocol: Protocol,
    classifier: str,
    fit: Fit,
    seeds: Sequence[int],
    reported: float | None,
) -> Comparison:
    """Learns and tests once for each seed, which decides the split as well. Raises SplitError."""
    started = monotonic()
    targets, groups = table.targets, np.array(table.groups)
    truth, said, songs, accuracies, torn = [], [], [], [], []
    for seed in seeds:
        fold = protocol.split(table, seed)
        train, test = np.array(fold.train), np.array(fold.test)
        answers = fit(table.rows[train], targets[train], seed)(table.rows[test]).argmax(axis=1)
        truth.append(targets[test])
        said.append(answers)
        songs.append(groups[test])
        accuracies.append(float(np.mean(answers == targets[test])))
        torn.append(songs_on_both_sides(table, fold))
    metric = multiclass_accuracy(np.concatenate(truth), np.concatenate(said), len(table.labels))
    return Comparison(
        table=title,
        protocol=protocol.name,
        classifier=classifier,
        accuracies=tuple(accuracies),
        interval=group_intervals({"accuracy": metric}, np.concatenate(songs))["accuracy"],
        on_both_sides=float(np.mean(torn)),
        reported=reported,
        seconds=monotonic() - started,
    )


def all_fits() -> dict[str, Fit]:
    """The classifiers and the networks, by name, in the report's order."""
    return {**classifier_fits(), **network_fits()}


def comparisons(
    tables: Mapping[str, FeatureTable], fits: Mapping[str, Fit], seeds: Sequence[int]
) -> Iterator[Comparison]:
    """Each as soon as it is there. Raises SplitError."""
    for title, table in tables.items():
        for protocol in protocols_of(table):
            for name, fit in fits.items():
                reported = REPORTED[name].under(protocol, has_parts=table.has_parts)
                yield compare(title, table, protocol, name, fit, seeds, reported)


def classifier_fits() -> dict[str, Fit]:
    """The nine, by name."""
    return {name: _classifier_fit(name) for name in CLASSIFIERS}


def _classifier_fit(name: str) -> Fit:
    return lambda rows, targets, seed: CLASSIFIERS[name].fit(rows, targets, seed).probabilities


def network_fits() -> dict[str, Fit]:
    return {name: _network_fit(network) for name, network in NETWORKS.items()}


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


def _network_fit(network: Network) -> Fit:
    def fit(rows: NDArray[np.float32], targets: NDArray[np.int64], seed: int) -> RowAnswering:
        torch.manual_seed(seed)
        built = network.build(rows.shape[1], int(targets.max()) + 1)
        with threadpool_limits(THREADS), TemporaryDirectory() as folder:
            return probabilities_of(fit_rows(built, rows, targets, plan_for(len(rows)), seed, Path(folder)))

    return fit


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
