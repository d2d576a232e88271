"""An embedder and its head as a model package, served as any other."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper, shape_inference

from service.cpus import usable_cpus
from service.features.kinds import AnyFrontEnd
from service.inference.manifest import Tensor
from service.inference.package import Package
from training.embedding.chunk_embeddings import chunk_embedding, chunk_rows, chunks_of
from training.embedding.embedder_file import EmbedderFile, open_embedder
from training.embedding.embedders import Rows
from training.embedding.embedding_head import Head, check_equal, composed
from training.embedding.embedding_recipe import EmbeddingRecipe
from training.evaluation.measured_outcome import MeasuredOutcome
from training.examples import Example
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

PARITY_FILES = 16


def served_front_end(recipe: EmbeddingRecipe, file: EmbedderFile) -> AnyFrontEnd:
    """Raises ExportError if the service could not hear as this embedder does."""
    if file.front_end is None:
        raise ExportError(
            f"{recipe.name} embeds waveforms, so it can be measured, but not exported: the service gives its models "
            "frames. An embedder of the kind frames, package or vggish can be exported."
        )
    return file.front_end


def package_head(
    recipe: EmbeddingRecipe,
    file: EmbedderFile,
    gathered: Gathered,
    outcome: MeasuredOutcome,
    head: Head,
    hours: Sequence[float],
    origin: Origin,
    models: Path,
) -> Package:
    """Writes `models/<name>/<version>/`; `hours` is how long each example is. Raises ExportError if the file does not
    answer as was measured."""
    front_end, embedder = served_front_end(recipe, file), open_embedder(file)
    frames = chunk_rows(embedder, recipe.chunk_seconds)
    model = composed(onnx.load(file.path), frames, front_end.bins, embedder.width, head)
    chunks = _typical_chunks(recipe, file, gathered.examples)
    embeddings = np.stack([chunk_embedding(embedder, rows) for rows in chunks])
    check_equal(model, chunks, head.logits(embeddings))
    return write_package(
        models,
        model,
        card(_facts(recipe, file, gathered, outcome, model, hours, origin)),
        name=recipe.name,
        version=recipe.version,
        task=recipe.task,
        labels=recipe.labels,
        activation="softmax",
        front_end=front_end,
        chunk_seconds=recipe.chunk_seconds,
        input=Tensor(name=INPUT, shape=(None, frames, front_end.bins)),
        output=Tensor(name=OUTPUT, shape=(None, len(recipe.labels))),
        temperature=outcome.calibration.temperature,
        recipe=recipe.name,
        seed=recipe.seed,
        data_fingerprint=gathered.fingerprint,
        metrics=outcome.metrics,
        data_licence=licences_of(gathered.clips),
        created=datetime.now(UTC).date(),
    )


def _typical_chunks(recipe: EmbeddingRecipe, file: EmbedderFile, examples: Sequence[Example]) -> list[Rows]:
    """The first chunks of files from everywhere in the data."""
    embedder, step = open_embedder(file), max(1, len(examples) // PARITY_FILES)
    return [
        chunks_of(embedder, embedder.hear(one.clip.path), recipe.chunk_seconds)[0][0]
        for one in examples[::step][:PARITY_FILES]
    ]


def _facts(
    recipe: EmbeddingRecipe,
    file: EmbedderFile,
    gathered: Gathered,
    outcome: MeasuredOutcome,
    model: bytes,
    hours: Sequence[float],
    origin: Origin,
) -> CardFacts:
    made, learned_from = outcome.report, recipe.embedder.learned_from
    known = (f"The embedder has learned labels of {', '.join(learned_from)}.",) if learned_from else ()
    return CardFacts(
        name=recipe.name,
        version=recipe.version,
        task=recipe.task,
        labels=recipe.labels,
        activation="softmax",
        corpora=corpora_of(gathered.clips, hours),
        mapping=mapping_of(recipe.sources),
        split=made.split,
        leaks=made.leaks,
        metrics=outcome.metrics,
        temperature=outcome.calibration.temperature,
        network=NetworkFacts(
            name=f"{recipe.embedder.kind} embedder (sha256 `{file.digest[:16]}…`), {_reduced(recipe)}",
            parameters=sum(
                numpy_helper.to_array(one).size
                for one in onnx.load_from_string(model).graph.initializer
                if one.data_type != onnx.TensorProto.INT64
            ),
            multiplications=_multiplications(model),
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
                "The numbers are of classifiers that had learned nothing of the groups they were asked about"
                f"{', though the embedder had' if made.leaks else ''}. The one in this package has learned from all of "
                "the data."
            ),
        ),
        confusion=made.confusion,
        classes=tuple(ClassFacts(row.label, row.recall, row.support) for row in made.classes if row.recall is not None),
        by_corpus=outcome.by_corpus,
        weaknesses=(*known, *recipe.weaknesses),
    )


def _reduced(recipe: EmbeddingRecipe) -> str:
    kept = recipe.pca.components
    return f"logistic regression on {f'{kept} principal components' if kept else 'all of it'}"


def _multiplications(model: bytes) -> int:
    """Multiplications for one chunk: convolutions and linear layers whose weights are in the file."""
    fixed = onnx.load_from_string(model)
    fixed.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    inferred = shape_inference.infer_shapes(fixed, data_prop=True).graph
    weights = {one.name: one.dims for one in inferred.initializer}
    sizes = {
        one.name: [dim.dim_value for dim in one.type.tensor_type.shape.dim]
        for one in (*inferred.value_info, *inferred.output)
    }
    counted = 0
    for node in inferred.node:
        factor = next((weights[name] for name in node.input[1:2] if name in weights), None)
        if factor is None:
            continue
        if node.op_type == "Conv":
            counted += int(np.prod(sizes[node.output[0]]) * np.prod(factor[1:]))
        elif node.op_type in ("Gemm", "MatMul"):
            rows = int(np.prod(sizes[node.output[0]][:-1]))
            counted += rows * int(np.prod(factor))
    return counted
