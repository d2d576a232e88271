"""From a finished run to a model package: export, its proof, the manifest's numbers and the card."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from service.inference.manifest import Tensor
from service.inference.package import Package
from training.clip import Clip
from training.evaluation.outcome import Outcome
from training.export.card import card
from training.export.card_facts import CardFacts, ClassFacts, CorpusFacts, NetworkFacts, TeacherFacts, TrainingFacts
from training.export.integers import CALIBRATION_WINDOWS, check_decisions
from training.export.onnx_export import INPUT, OUTPUT, check_parity, export_onnx
from training.export.package_writer import write_package
from training.export.quantise import quantise
from training.export.sound_facts import corpora_of, licences_of, mapping_of
from training.fit.answering import typical_windows
from training.networks.tagger import Tagger, multiplications_of, parameters_of
from training.run import Run

PROJECT = Path(__file__).parents[2]


def package(run: Run, outcome: Outcome, network: Tagger, models: Path, recipe_file: Path) -> Package:
    """Writes `models/<name>/<version>/`; `recipe_file` is what the card tells to make it from again.

    Raises ExportError if ONNX Runtime does not answer as PyTorch does, or integers not nearly as floats do."""
    recipe = run.recipe
    frames, bins = recipe.frames, recipe.front_end.bins
    model = export_onnx(network, frames, bins, len(recipe.labels))
    windows = typical_windows(run.material, recipe, run.examples, CALIBRATION_WINDOWS)
    difference = check_parity(model, network, windows)
    if run.ships_int8:
        floats, model = model, quantise(model, windows)
        check_decisions(model, floats, recipe.activation, windows)
    facts = _facts(run, outcome, _network_facts(run, network, len(model), difference), _command(run, recipe_file))
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
        weights="int8" if run.ships_int8 else "float32",
        temperature=outcome.calibration.temperature,
        thresholds=dict(outcome.calibration.thresholds),
        recipe=facts.training.recipe,
        seed=recipe.seed,
        data_fingerprint=run.material.fingerprint,
        metrics=outcome.metrics,
        data_licence=licences_of(_heard(run)),
        created=datetime.now(UTC).date(),
    )


def _facts(run: Run, outcome: Outcome, network: NetworkFacts, command: str) -> CardFacts:
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
            trained_on=_trained_on(run, report.leaks),
        ),
        confusion=report.confusion,
        classes=tuple(
            ClassFacts(row.label, row.recall, row.support) for row in report.classes if row.recall is not None
        ),
        by_corpus=outcome.by_corpus,
        left_out=outcome.left_out,
        teacher=_teacher(run),
        weaknesses=recipe.weaknesses,
    )


def _network_facts(run: Run, network: Tagger, size_bytes: int, difference: float) -> NetworkFacts:
    recipe, weights = run.recipe, run.recipe.network.begins_with
    begun = f", begun with {weights.name} (sha256 `{run.weights_digest}`)" if weights else ""
    return NetworkFacts(
        name=f"{recipe.network.kind}{begun}",
        parameters=parameters_of(network),
        multiplications=multiplications_of(network, recipe.frames, recipe.front_end.bins),
        size_bytes=size_bytes,
        difference=difference,
        int8=run.int8,
    )


def _trained_on(run: Run, leaks: bool) -> str:
    shipped = "The weights in this package have learned from all of the data."
    if leaks:
        return f"The numbers are of networks that had heard parts of what they were asked about. {shipped}"
    heard = " but the sound of it, without labels, while they learned from the teacher" if run.teacher else ""
    return f"The numbers are of networks that had learned nothing of the groups they were asked about{heard}. {shipped}"


def _teacher(run: Run) -> TeacherFacts | None:
    if run.teacher is None or run.teacher_digest is None or run.recipe.learning is None:
        return None
    imitated = run.recipe.learning.imitated
    what = " and ".join(f"the tensor {one.tensor!r}" if one.tensor else "the output" for one in imitated)
    learned = (
        f"Before it was told any label, the network learned to predict {what} of a larger tagger, about all sound of "
        "these corpora, that of the held-out groups included; no label was used for that."
    )
    return TeacherFacts(run.teacher.name, run.teacher_digest, learned)


def _heard(run: Run) -> Sequence[Clip]:
    """All that the weights come from: with a teacher all of the sound, whatever the sources say."""
    return run.material.clips if run.teacher else [example.clip for example in run.examples]


def _corpora(run: Run) -> tuple[CorpusFacts, ...]:
    heard, sounds = _heard(run), run.material.sounds
    hours = [len(sounds.samples(clip.path)) / sounds.sample_rate / 3600 for clip in heard]
    labelled = {example.clip.path for example in run.examples}
    return corpora_of(heard, hours, unlabelled={clip.path for clip in heard} - labelled)


def in_project(recipe_file: Path) -> str:
    """Its place in the project, or its name alone if it lies elsewhere."""
    whole = recipe_file.resolve()
    return whole.relative_to(PROJECT).as_posix() if whole.is_relative_to(PROJECT) else whole.name


def _command(run: Run, recipe_file: Path) -> str:
    teacher = f" --teacher {run.teacher.name}" if run.teacher else ""
    return f"python -m training make {in_project(recipe_file)} --data DATA{teacher} --out models"
