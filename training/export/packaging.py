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
from training.export.int8_trial import CALIBRATION_WINDOWS, held_out_choice, typical_windows
from training.export.onnx_export import INPUT, OUTPUT, check_parity, export_onnx
from training.export.package_writer import write_package
from training.export.quantise import Choice, quantise
from training.networks.tagger import Tagger, multiplications_of, parameters_of
from training.recipe import Source
from training.run import Run

PARITY_WINDOWS = 64
PROJECT = Path(__file__).parents[2]


def package(run: Run, outcome: Outcome, network: Tagger, models: Path, recipe_file: Path) -> Package:
    """Writes `models/<name>/<version>/`; `recipe_file` is what the card tells to make it from again.

    Raises ExportError if ONNX Runtime does not answer as PyTorch does."""
    recipe = run.recipe
    frames, bins = recipe.frames, recipe.front_end.bins
    model = export_onnx(network, frames, bins, len(recipe.labels))
    difference = check_parity(model, network, typical_windows(run, PARITY_WINDOWS))
    int8 = held_out_choice(run) if recipe.export.int8 else None
    if int8 is not None and int8.is_int8:
        model = quantise(model, typical_windows(run, CALIBRATION_WINDOWS))
    facts = _facts(run, outcome, _network_facts(run, network, len(model), difference, int8), _command(run, recipe_file))
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
        data_licence="; ".join(sorted({clip.licence for clip in _heard(run)})),
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
        mapping=tuple(_sentence(source) for source in recipe.sources),
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


def _network_facts(run: Run, network: Tagger, size_bytes: int, difference: float, int8: Choice | None) -> NetworkFacts:
    recipe, weights = run.recipe, run.recipe.network.begins_with
    begun = f", begun with {weights.name} (sha256 `{run.weights_digest}`)" if weights else ""
    return NetworkFacts(
        name=f"{recipe.network.kind}{begun}",
        parameters=parameters_of(network),
        multiplications=multiplications_of(network, recipe.frames, recipe.front_end.bins),
        size_bytes=size_bytes,
        difference=difference,
        int8=int8,
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
    by_name: dict[str, list[Clip]] = {}
    for clip in _heard(run):
        by_name.setdefault(clip.corpus, []).append(clip)
    labelled = {example.clip.path for example in run.examples}
    return tuple(
        CorpusFacts(
            name=name,
            clips=len(clips),
            groups=len({clip.group for clip in clips}),
            hours=sum(len(run.material.sounds.samples(clip.path)) for clip in clips)
            / run.material.sounds.sample_rate
            / 3600,
            licence="; ".join(sorted({clip.licence for clip in clips})),
            unlabelled=sum(clip.path not in labelled for clip in clips),
        )
        for name, clips in sorted(by_name.items())
    )


def _sentence(source: Source) -> str:
    which = f"{source.corpus}, {', '.join(source.labels)}" if source.labels else source.corpus
    holds = "its own label" if source.holds is None else " and ".join(source.holds) or "no label"
    unknown = f"; nothing is known about {' and '.join(source.unknown)}" if source.unknown else ""
    measured = "" if source.measured else " Only learned from, not measured."
    return f"{which}: {holds}{unknown}.{measured}"


def in_project(recipe_file: Path) -> str:
    """Its place in the project, or its name alone if it lies elsewhere."""
    whole = recipe_file.resolve()
    return whole.relative_to(PROJECT).as_posix() if whole.is_relative_to(PROJECT) else whole.name


def _command(run: Run, recipe_file: Path) -> str:
    teacher = f" --teacher {run.teacher.name}" if run.teacher else ""
    return f"python -m training make {in_project(recipe_file)} --data DATA{teacher} --out models"
