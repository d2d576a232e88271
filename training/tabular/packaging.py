"""A classifier of hand-crafted features as a model package, served as any other."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import numpy as np
import onnx
from onnx import numpy_helper

from service.cpus import usable_cpus
from service.features.handcrafted import Handcrafted
from service.inference.manifest import Tensor
from service.inference.package import Package
from service.inference.session import open_graph
from training.evaluation.outcome import Outcome, measured
from training.export.card import card
from training.export.card_facts import CardFacts, ClassFacts, CorpusFacts, NetworkFacts, TrainingFacts
from training.export.errors import ExportError
from training.export.onnx_export import INPUT, OUTPUT
from training.export.package_writer import write_package
from training.tabular.classifiers import CLASSIFIERS
from training.tabular.feature_table import FeatureTable
from training.tabular.fitted import Fitted
from training.tabular.held_out import held_out

MAX_DIFFERENCE = 1e-4
"""Between the probabilities of scikit-learn and of ONNX Runtime."""


@dataclass(frozen=True, slots=True)
class PackagePlan:
    """What a package says of itself that the table does not know. `source` is a name for the data, `command` is what
    would make the package again."""

    name: str
    task: str
    source: str
    licence: str
    command: str
    version: str = "1.0.0"
    folds: int = 5
    seed: int = 0


def package_classifier(
    plan: PackagePlan, classifier: str, table: FeatureTable, front_end: Handcrafted, models: Path
) -> Package:
    """Measures by song, fits to all rows and writes `models/<name>/<version>/`. Raises SplitError, ExportError."""
    started, kind = monotonic(), CLASSIFIERS[classifier]
    outcome = measured(held_out(table, kind, front_end.window_seconds, plan.folds, plan.seed), None, None)
    fitted = kind.fit(table.rows, table.targets, plan.seed)
    model = kind.onnx(fitted)
    check_equal(model, fitted, table)
    return write_package(
        models,
        model,
        card(_facts(plan, classifier, table, front_end, outcome, model, monotonic() - started)),
        name=plan.name,
        version=plan.version,
        task=plan.task,
        labels=table.labels,
        activation="softmax",
        front_end=front_end,
        chunk_seconds=front_end.window_seconds,
        input=Tensor(name=INPUT, shape=(None, 1, front_end.bins)),
        output=Tensor(name=OUTPUT, shape=(None, len(table.labels))),
        temperature=outcome.calibration.temperature,
        recipe=classifier,
        seed=plan.seed,
        data_fingerprint=fingerprint(table),
        metrics=outcome.metrics,
        data_licence=plan.licence,
        created=datetime.now(UTC).date(),
    )


def check_equal(model: bytes, fitted: Fitted, table: FeatureTable) -> None:
    """Raises ExportError if the file does not answer to the table's rows as the estimator does."""
    (logits,) = open_graph(model).run([OUTPUT], {INPUT: table.rows[:, None, :]})
    powers = np.exp(logits.astype(np.float64))
    difference = np.abs(powers / powers.sum(axis=1, keepdims=True) - fitted.probabilities(table.rows)).max()
    if not difference <= MAX_DIFFERENCE:  # also refuses NaN
        raise ExportError(
            f"The ONNX file's probabilities are off by {difference:.3g} from the estimator's; "
            f"{MAX_DIFFERENCE:g} is allowed."
        )


def fingerprint(table: FeatureTable) -> str:
    """Of the numbers, and of all that is said about them."""
    lines = "\n".join(f"{label}\t{group}" for label, group in zip(table.truth, table.groups, strict=True))
    return hashlib.sha256(np.ascontiguousarray(table.rows).tobytes() + lines.encode()).hexdigest()


def _facts(
    plan: PackagePlan,
    classifier: str,
    table: FeatureTable,
    front_end: Handcrafted,
    outcome: Outcome,
    model: bytes,
    seconds: float,
) -> CardFacts:
    rows = len(table.truth)
    hours = rows * front_end.window_seconds / 3600
    matrices = [numpy_helper.to_array(one) for one in onnx.load_from_string(model).graph.initializer]
    return CardFacts(
        name=plan.name,
        version=plan.version,
        task=plan.task,
        labels=table.labels,
        activation="softmax",
        corpora=(CorpusFacts(plan.source, rows, len(set(table.groups)), hours, plan.licence),),
        mapping=("Each row of the table is a clip; its own label holds.",),
        split=outcome.report.split,
        leaks=outcome.report.leaks,
        metrics=outcome.metrics,
        temperature=outcome.calibration.temperature,
        network=NetworkFacts(
            name=f"{classifier} on 57 hand-crafted features",
            parameters=_numbers_in(model),
            multiplications=sum(matrix.size for matrix in matrices if matrix.ndim == 2),
            size_bytes=len(model),
        ),
        training=TrainingFacts(
            recipe=classifier,
            command=plan.command,
            seed=plan.seed,
            data_fingerprint=fingerprint(table),
            seconds=seconds,
            device=f"{usable_cpus()} processor cores",
            trained_on=(
                "The numbers are of fits that had learned nothing of the songs they were asked about. The one in this "
                "package has learned from all rows."
            ),
        ),
        confusion=outcome.report.confusion,
        classes=tuple(
            ClassFacts(row.label, row.recall, row.support) for row in outcome.report.classes if row.recall is not None
        ),
    )


def _numbers_in(model: bytes) -> int:
    """Constants, and what the leaves of trees give."""
    graph = onnx.load_from_string(model).graph
    leaves = [one.t for node in graph.node for one in node.attribute if one.name == "target_weights_as_tensor"]
    return sum(numpy_helper.to_array(one).size for one in (*graph.initializer, *leaves))
