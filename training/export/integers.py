"""A network in 8-bit integers, and whether that is as good: judged on everything that the folds have held out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from service.features.framing import Frames
from service.inference.session import BATCH, open_graph
from training.evaluation.form import Form
from training.evaluation.predictions import Activation, Predictions
from training.examples import Example
from training.export.errors import ExportError
from training.export.onnx_export import INPUT, OUTPUT, export_onnx
from training.export.quantise import quantise
from training.fit.answering import Answering, typical_windows
from training.fit.loss import right_share
from training.material import Material
from training.networks.tagger import Tagger
from training.recipe import Recipe

CALIBRATION_WINDOWS = 256
MOST_DECIDED_OTHERWISE = 0.05
"""Share of windows. On held-out ones, what is gained by other decisions makes up for what is lost."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Whether integers are shipped, and by what shares of right chunks."""

    is_int8: bool
    float_score: float
    int8_score: float


def as_integers(recipe: Recipe, material: Material) -> Form:
    """The ranges of activations come from what the network has learned from."""

    def of(network: Tagger, learned: Sequence[Example]) -> Answering:
        model = export_onnx(network, recipe.frames, recipe.front_end.bins, len(recipe.labels))
        return _graph_answering(quantise(model, typical_windows(material, recipe, learned, CALIBRATION_WINDOWS)))

    return Form("predictions-int8", of)


def choose(floats: Predictions, integers: Predictions, tolerance: float) -> Choice:
    """Integers, if the share of right chunks is at most `tolerance` lower."""
    float_score, int8_score = _share_right(floats), _share_right(integers)
    return Choice(float_score - int8_score <= tolerance, float_score, int8_score)


def check_decisions(integers: bytes, floats: bytes, activation: Activation, windows: Frames) -> None:
    """The folds' integers were measured, those that ship were not. Raises ExportError if they decide otherwise about
    more than MOST_DECIDED_OTHERWISE of `windows` than the floats do."""
    said, expected = (torch.from_numpy(_graph_answering(model)(windows)) for model in (integers, floats))
    otherwise = 1 - right_share(activation)(said, torch.sigmoid(expected))
    if otherwise > MOST_DECIDED_OTHERWISE:
        raise ExportError(
            f"As 8-bit integers the network decides otherwise about {otherwise:.1%} of typical windows; "
            f"{MOST_DECIDED_OTHERWISE:.0%} is allowed."
        )


def _graph_answering(model: bytes) -> Answering:
    session = open_graph(model)

    def logits(windows: Frames) -> NDArray[np.float32]:
        starts = range(0, len(windows), BATCH)
        return np.concatenate([session.run([OUTPUT], {INPUT: windows[i : i + BATCH]})[0] for i in starts])

    return logits


def _share_right(predictions: Predictions) -> float:
    targets = predictions.targets[predictions.chunk_files]
    return right_share(predictions.activation)(torch.from_numpy(predictions.chunk_logits), torch.from_numpy(targets))
