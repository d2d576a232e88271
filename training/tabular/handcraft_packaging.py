"""A classifier of hand-crafted features as a model package, served as any other."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from service.cpus import usable_cpus
from service.inference.manifest import Tensor
from service.inference.package import Package
from service.inference.session import open_graph
from training.cache.file_cache import FeatureCache
from training.evaluation.measured_outcome import MeasuredOutcome
from training.export.card import card
from training.export.card_facts import (
    CardFacts,
    ClassFacts,
    NetworkFacts,
    Origin,
    TrainingFacts,
    corpora_of,
    licences_of,
    mapping_of,
)
from training.export.onnx_export import INPUT, OUTPUT, ExportError
from training.export.package_writer import write_package
from training.prepare import Gathered
from training.tabular.feature_table import FeatureTable
from training.tabular.fitted_classifiers import Fitted
from training.tabular.handcraft_recipe import TabularRecipe, table_of

MAX_DIFFERENCE = 1e-4
"""Between the probabilities of scikit-learn and of ONNX Runtime."""


def package_classifier(
    recipe: TabularRecipe,
    gathered: Gathered,
    features: FeatureCache,
    outcome: MeasuredOutcome,
    origin: Origin,
    models: Path,
) -> Package:
    """Fits to all rows and writes `models/<name>/<version>/`; `outcome` is what was measured. Raises ExportError."""
    table, front_end = table_of(recipe, gathered.examples, features), recipe.front_end
    fitted = recipe.learner.fit(table.rows, table.targets, recipe.seed)
    model = recipe.learner.onnx(fitted)
    check_equal(model, fitted, table)
    hours = [len(features.frames(one.clip.path)) * front_end.window_seconds / 3600 for one in gathered.examples]
    return write_package(
        models,
        model,
        card(_facts(recipe, gathered, table, hours, outcome, model, origin)),
        name=recipe.name,
        version=recipe.version,
        task=recipe.task,
        labels=table.labels,
        activation="softmax",
        front_end=front_end,
        chunk_seconds=front_end.window_seconds,
        input=Tensor(name=INPUT, shape=(None, 1, front_end.bins)),
        output=Tensor(name=OUTPUT, shape=(None, len(table.labels))),
        temperature=outcome.calibration.temperature,
        recipe=recipe.name,
        seed=recipe.seed,
        data_fingerprint=gathered.fingerprint,
        metrics=outcome.metrics,
        data_licence=licences_of(gathered.clips),
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


def _facts(
    recipe: TabularRecipe,
    gathered: Gathered,
    table: FeatureTable,
    hours: list[float],
    outcome: MeasuredOutcome,
    model: bytes,
    origin: Origin,
) -> CardFacts:
    made = outcome.report
    matrices = [numpy_helper.to_array(one) for one in onnx.load_from_string(model).graph.initializer]
    return CardFacts(
        name=recipe.name,
        version=recipe.version,
        task=recipe.task,
        labels=table.labels,
        activation="softmax",
        corpora=corpora_of(gathered.clips, hours),
        mapping=mapping_of(recipe.sources),
        split=made.split,
        leaks=made.leaks,
        metrics=outcome.metrics,
        temperature=outcome.calibration.temperature,
        network=NetworkFacts(
            name=f"{recipe.classifier.kind} on {recipe.front_end.bins} hand-crafted features",
            parameters=_numbers_in(model),
            multiplications=sum(matrix.size for matrix in matrices if matrix.ndim == 2),
            size_bytes=len(model),
        ),
        training=TrainingFacts(
            recipe=recipe.name,
            command=origin.command,
            seed=recipe.seed,
            data_fingerprint=gathered.fingerprint,
            seconds=origin.seconds,
            device=f"{usable_cpus()} processor cores",
            trained_on=(
                "The numbers are of fits that had learned nothing of the groups they were asked about. The one in this "
                "package has learned from all of the data."
            ),
        ),
        confusion=made.confusion,
        classes=tuple(ClassFacts(row.label, row.recall, row.support) for row in made.classes if row.recall is not None),
        weaknesses=recipe.weaknesses,
    )


def _numbers_in(model: bytes) -> int:
    """Constants, and what the leaves of trees give."""
    graph = onnx.load_from_string(model).graph
    leaves = [one.t for node in graph.node for one in node.attribute if one.name == "target_weights_as_tensor"]
    return sum(numpy_helper.to_array(one).size for one in (*graph.initializer, *leaves))
