"""From a finished run to a model package: export, its proof, the manifest's numbers and the card."""

from datetime import UTC, datetime
from pathlib import Path

from service.inference.manifest import Tensor
from service.inference.package import Package
from training.corpora.corpus import Clip
from training.evaluation.measured_outcome import MeasuredOutcome
from training.export.card import card
from training.export.card_facts import (
    CardFacts,
    ClassFacts,
    CorpusFacts,
    NetworkFacts,
    TrainingFacts,
    corpora_of,
    licences_of,
    mapping_of,
)
from training.export.onnx_export import INPUT, OUTPUT, check_parity, export_onnx
from training.export.package_writer import write_package
from training.fit.answering import typical_windows
from training.networks.tagger import Tagger, multiplications_of, parameters_of
from training.recipe_run import RecipeRun

PROJECT = Path(__file__).parents[2]
PARITY_WINDOWS = 256
"""Windows of the sound that was learned from, which ONNX Runtime and PyTorch are compared on."""


def package(run: RecipeRun, outcome: MeasuredOutcome, network: Tagger, models: Path, recipe_file: Path) -> Package:
    """Writes `models/<name>/<version>/`; `recipe_file` is what the card tells to make it from again.

    Raises ExportError if ONNX Runtime does not answer as PyTorch does."""
    recipe = run.recipe
    frames, bins = recipe.frames, recipe.front_end.bins
    model = export_onnx(network, frames, bins, len(recipe.labels))
    windows = typical_windows(run.material, recipe, run.examples, PARITY_WINDOWS)
    difference = check_parity(model, network, windows)
    facts = _facts(run, outcome, _network_facts(run, network, len(model), difference), _command(recipe_file))
    return write_package(
        models,
        model,
        card(facts),
        name=recipe.name,
        version=recipe.version,
        task=recipe.task,
        labels=recipe.labels,
        activation=recipe.activation,
        front_end=recipe.front_end,
        chunk_seconds=recipe.chunk_seconds,
        input=Tensor(name=INPUT, shape=(None, frames, bins)),
        output=Tensor(name=OUTPUT, shape=(None, len(recipe.labels))),
        temperature=outcome.calibration.temperature,
        thresholds=dict(outcome.calibration.thresholds),
        recipe=facts.training.recipe,
        seed=recipe.seed,
        data_fingerprint=run.material.fingerprint,
        metrics=outcome.metrics,
        data_licence=licences_of(_learned(run)),
        created=datetime.now(UTC).date(),
    )


def _facts(run: RecipeRun, outcome: MeasuredOutcome, network: NetworkFacts, command: str) -> CardFacts:
    recipe, report = run.recipe, outcome.report
    return CardFacts(
        name=recipe.name,
        version=recipe.version,
        task=recipe.task,
        labels=recipe.labels,
        activation=recipe.activation,
        corpora=_corpora(run),
        mapping=mapping_of(recipe.sources),
        split=report.split,
        leaks=report.leaks,
        metrics=outcome.metrics,
        temperature=outcome.calibration.temperature,
        thresholds=outcome.calibration.thresholds,
        network=network,
        training=TrainingFacts(
            recipe=recipe.name,
            command=command,
            seed=recipe.seed,
            data_fingerprint=run.material.fingerprint,
            seconds=run.seconds(),
            device=run.folder.device,
            trained_on=_trained_on(report.leaks),
        ),
        confusion=report.confusion,
        classes=tuple(
            ClassFacts(row.label, row.recall, row.support) for row in report.classes if row.recall is not None
        ),
        by_corpus=outcome.by_corpus,
        left_out=outcome.left_out,
        weaknesses=recipe.weaknesses,
    )


def _network_facts(run: RecipeRun, network: Tagger, size_bytes: int, difference: float) -> NetworkFacts:
    recipe, weights = run.recipe, run.recipe.network.begins_with
    begun = f", begun with {weights.name} (sha256 `{run.weights_digest}`)" if weights else ""
    return NetworkFacts(
        name=f"{recipe.network.kind}{begun}",
        parameters=parameters_of(network),
        multiplications=multiplications_of(network, recipe.frames, recipe.front_end.bins),
        size_bytes=size_bytes,
        difference=difference,
    )


def _trained_on(leaks: bool) -> str:
    shipped = "The weights in this package have learned from all of the data."
    if leaks:
        return f"The numbers are of networks that had heard parts of what they were asked about. {shipped}"
    return f"The numbers are of networks that had learned nothing of the groups they were asked about. {shipped}"


def _corpora(run: RecipeRun) -> tuple[CorpusFacts, ...]:
    clips, sounds = _learned(run), run.material.sounds
    hours = [len(sounds.samples(clip.path)) / sounds.sample_rate / 3600 for clip in clips]
    return corpora_of(clips, hours)


def _learned(run: RecipeRun) -> list[Clip]:
    return [example.clip for example in run.examples]


def in_project(recipe_file: Path) -> str:
    """Its place in the project, or its name alone if it lies elsewhere."""
    whole = recipe_file.resolve()
    return whole.relative_to(PROJECT).as_posix() if whole.is_relative_to(PROJECT) else whole.name


def _command(recipe_file: Path) -> str:
    return f"python -m training make {in_project(recipe_file)} --data DATA --out models"
