"""Packages of one run: the ear first, then the heads that name it by its hash, each with its card."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from service.features.ear import EarFrontEnd, Output
from service.inference.manifest import Tensor
from service.inference.package import Package
from training.corpora.corpus import Clip
from training.ear.ear_recipe import HeadSource
from training.ear.export import check_ear
from training.ear.gate import MadeGate
from training.ear.heads import HeadNetwork, known_labels
from training.ear.network import FRAMES, FRONT_END, STEPS
from training.ear.run import EarRun, MadeHead
from training.ear.strings import LABELS
from training.ear.tags import FittedTags
from training.evaluation.measured_outcome import MeasuredOutcome
from training.export.card import card, one_line, table
from training.export.card_facts import (
    CardFacts,
    ClassFacts,
    NetworkFacts,
    TrainingFacts,
    corpora_of,
    licences_of,
    mapping_of,
)
from training.export.onnx_export import INPUT, OUTPUT, check_outputs, export_graph
from training.export.package_writer import write_ear, write_package
from training.export.recipe_packaging import in_project
from training.networks.tagger import multiplications_of, parameters_of

HEAD_INPUT = "x"
PARITY_WINDOWS = 32
_SHIPPED = "The weights in this package have learned from all of the data."
_HELD_OUT = f"The numbers are of heads that had learned nothing of the groups they were asked about. {_SHIPPED}"
_TAGGED = (
    "The classifier is the published one, moved with the ear and held to its own answers while that was tuned. It was "
    "told no label of these clips; only its thresholds were fitted to them, and are judged on them."
)
_TUNED = (
    "The ear that they were fitted to was tuned a little to tell music and speech, on all of the data; it was told "
    "none of this head's labels."
)


class Packager:
    """Writes into `models`; heads after the ear."""

    def __init__(self, run: EarRun, models: Path) -> None:
        self._run, self._models = run, models
        self._windows = run.typical_windows(PARITY_WINDOWS)
        with torch.inference_mode():
            embedded, steps = run.final.ear(torch.from_numpy(self._windows))
        self._heard: dict[Output, NDArray[np.float32]] = {"embedding": embedded.numpy(), "steps": steps.numpy()}

    def ear(self) -> Package:
        """Without numbers: an ear names nothing by itself."""
        run, ear, model = self._run, self._run.final.ear, self._run.ear_model
        network = NetworkFacts(
            name=f"MobileNetV3-Large of width {run.recipe.width:g}, {self._begun}",
            parameters=sum(one.numel() for one in ear.parameters()),
            multiplications=multiplications_of(ear, FRAMES, FRONT_END.bins),
            size_bytes=len(model),
            difference=check_ear(model, ear, self._windows),
        )
        clips = [one.clip for one in run.gate_examples] if run.recipe.gate.tuning else []
        return write_ear(
            self._models,
            model,
            self._ear_card(network, clips),
            front_end=FRONT_END,
            input=Tensor(name=INPUT, shape=(None, FRAMES, FRONT_END.bins)),
            outputs={name: Tensor(name=name, shape=(None, *rows.shape[1:])) for name, rows in self._heard.items()},
            **self._stated(run.recipe.name, run.recipe.task, clips),
        )

    def gate(self, made: MadeGate) -> Package:
        plan, clips = self._run.recipe.gate, [one.clip for one in self._run.gate_examples]
        outcome = made.outcome
        facts = replace(
            _with_outcome(self._facts("gate", plan.task, LABELS, "sigmoid", clips), outcome),
            metrics=(*outcome.metrics, *made.programmes),
            mapping=mapping_of(plan.sources),
            left_out=outcome.left_out,
            weaknesses=plan.weaknesses,
        )
        return self._write(facts, self._run.final.head, "steps", clips, (STEPS, len(LABELS)))

    def head(self, name: str, made: MadeHead) -> Package:
        plan, clips = self._run.recipe.heads[name], made.examples.clips
        outcome = made.judged.outcome
        facts = replace(
            _with_outcome(self._facts(name, plan.task, plan.labels, "softmax", clips), outcome),
            metrics=(*outcome.metrics, *made.judged.known),
            mapping=tuple(map(_sentence, plan.sources)),
            other_below=made.judged.other_below,
            left_out=made.left_out,
            weaknesses=plan.weaknesses,
        )
        module = HeadNetwork(made.linear, known_labels(plan))
        return self._write(facts, module, "embedding", clips, (len(plan.labels),))

    def tags(self, made: FittedTags) -> Package:
        run, plan = self._run, self._run.recipe.tags
        assert plan is not None
        names = {one for which in plan.same_as.values() for one in which}
        clips = [one for one in run.prepared.clips if {one.corpus, f"{one.corpus}: {one.label}"} & names]
        facts = replace(
            self._facts("tags", plan.task, made.labels, "sigmoid", clips),
            metrics=made.metrics,
            thresholds=made.thresholds,
            split="thresholds fitted to the clips that they are measured on",
            mapping=tuple(f"{label}: {', '.join(which)}." for label, which in plan.same_as.items()),
            weaknesses=(
                f"Classes that no corpus here names have the threshold {plan.threshold:g}, which was not measured.",
                *plan.weaknesses,
            ),
        )
        facts = replace(facts, training=self._training(_TAGGED))
        return self._write(facts, run.final.tags, "embedding", clips, (len(made.labels),))

    def _write(
        self, facts: CardFacts, module: nn.Module, output: Output, clips: Sequence[Clip], answers: tuple[int, ...]
    ) -> Package:
        run, heard = self._run, self._heard[output]
        model = export_graph(module.eval(), torch.from_numpy(heard[:2].copy()), HEAD_INPUT, (OUTPUT,))
        network = NetworkFacts(
            name=f"{type(module).__name__} on {run.recipe.name}@{run.recipe.version}, {self._begun}",
            parameters=parameters_of(module),
            multiplications=sum(one.numel() for one in module.parameters() if one.dim() == 2),
            size_bytes=len(model),
            difference=check_outputs(model, module, heard, HEAD_INPUT, (OUTPUT,)),
        )
        return write_package(
            self._models,
            model,
            card(replace(facts, network=network)),
            labels=facts.labels,
            activation=facts.activation,
            front_end=EarFrontEnd(
                model=f"{run.recipe.name}@{run.recipe.version}", sha256=run.ear_file.digest, output=output
            ),
            input=Tensor(name=HEAD_INPUT, shape=(None, *heard.shape[1:])),
            output=Tensor(name=OUTPUT, shape=(None, *answers)),
            temperature=facts.temperature,
            thresholds=dict(facts.thresholds),
            other_below=facts.other_below,
            metrics=facts.metrics,
            **self._stated(facts.name, facts.task, clips),
        )

    def _stated(self, name: str, task: str, clips: Sequence[Clip]) -> dict[str, Any]:
        """What every manifest says."""
        recipe = self._run.recipe
        return {
            "name": name,
            "version": recipe.version,
            "task": task,
            "chunk_seconds": recipe.chunk_seconds,
            "recipe": recipe.name,
            "seed": recipe.seed,
            "data_fingerprint": self._run.prepared.fingerprint,
            "data_licence": licences_of(clips) or "none: nothing was learned from here",
            "begun_from": recipe.begun_from if self._run.weights_digest else None,
            "created": datetime.now(UTC).date(),
        }

    def _facts(
        self,
        name: str,
        task: str,
        labels: tuple[str, ...],
        activation: Literal["softmax", "sigmoid"],
        clips: Sequence[Clip],
    ) -> CardFacts:
        tuned = f" {_TUNED}" if self._run.recipe.gate.tuning and name != "gate" else ""
        return CardFacts(
            name=name,
            version=self._run.recipe.version,
            task=task,
            labels=labels,
            activation=activation,
            corpora=corpora_of(clips, self._hours(clips)),
            mapping=(),
            split="",
            leaks=False,
            metrics=(),
            temperature=1.0,
            network=NetworkFacts("", 0, 0, 0),
            training=self._training(_HELD_OUT + tuned),
        )

    def _training(self, trained_on: str) -> TrainingFacts:
        run = self._run
        return TrainingFacts(
            recipe=run.recipe.name,
            command=self._command,
            seed=run.recipe.seed,
            data_fingerprint=run.prepared.fingerprint,
            seconds=run.folder.seconds(),
            device=run.folder.device,
            trained_on=trained_on,
        )

    def _ear_card(self, network: NetworkFacts, clips: Sequence[Clip]) -> str:
        run = self._run
        learned = (
            "Nothing of these weights was changed here."
            if not run.recipe.gate.tuning
            else "Tuned a little to tell music and speech step by step, and held to the tags and the embedding it "
            f"began with. {_SHIPPED} The gate's card has the numbers."
        )
        corpora = [
            (one.name, one.licence, f"{one.clips:,}", f"{one.groups:,}", f"{one.hours:.2f}")
            for one in corpora_of(clips, self._hours(clips))
        ]
        parts = [
            f"# {run.recipe.name} {run.recipe.version}",
            one_line(run.recipe.task),
            "It names nothing by itself: heads read its `embedding` once per window, or its `steps`.",
            f"## Began from\n\n{self._begun}. sha256 of the file: `{run.weights_digest or 'none'}`.",
            f"## Training\n\n{learned}",
            table(("corpus", "licence", "clips", "groups", "hours"), corpora, text_columns=2) if corpora else "",
            f"```sh\n{self._command}\n```",
            "## Network",
            table(
                ("what", "value"),
                [
                    ("network", network.name),
                    ("parameters", f"{network.parameters:,}"),
                    ("multiplications per window", f"{network.multiplications:,}"),
                    ("size of `model.onnx`", f"{network.size_bytes:,} bytes"),
                    ("largest difference to PyTorch's outputs", f"{network.difference:.1e}"),
                ],
                text_columns=2,
            ),
        ]
        return "\n\n".join(part for part in parts if part) + "\n"

    @property
    def _begun(self) -> str:
        return f"begun from {self._run.recipe.begun_from}" if self._run.weights_digest else "begun from random weights"

    @property
    def _command(self) -> str:
        weights = " --weights WEIGHTS" if self._run.weights_digest else ""
        return f"python -m training make {in_project(self._run.recipe_file)} --data DATA{weights} --out models"

    def _hours(self, clips: Iterable[Clip]) -> list[float]:
        sounds = self._run.prepared.sounds
        return [len(sounds.samples(clip.path)) / sounds.sample_rate / 3600 for clip in clips]


def _with_outcome(facts: CardFacts, outcome: MeasuredOutcome) -> CardFacts:
    rows = outcome.report.classes
    return replace(
        facts,
        split=outcome.report.split,
        temperature=outcome.calibration.temperature,
        thresholds=outcome.calibration.thresholds,
        confusion=outcome.report.confusion,
        classes=tuple(ClassFacts(row.label, row.recall, row.support) for row in rows if row.recall is not None),
        by_corpus=outcome.by_corpus,
    )


def _sentence(source: HeadSource) -> str:
    which = f"{source.corpus}, {', '.join(source.labels)}" if source.labels else source.corpus
    kind = f", a kind of its own ({source.kind})" if source.kind else ""
    return f"{which}: {source.holds or 'its own label'}{kind}."
