"""Whether 8-bit integers are as good, judged where it counts: on the files that one fold has held out."""

import numpy as np
import torch
from numpy.typing import NDArray

from service.inference.session import open_graph
from training.examples import Example
from training.export.onnx_export import INPUT, OUTPUT, export_onnx
from training.export.quantise import Choice, keep_if_as_good, quantise
from training.fit.answering import chunks_of
from training.fit.loss import right_share
from training.run import Run

CALIBRATION_WINDOWS = 256


def held_out_choice(run: Run) -> Choice:
    """Of the first fold's network, by the share of its held-out chunks that are answered rightly."""
    recipe = run.recipe
    network, held_out = run.folds().first_fold()
    model = export_onnx(network, recipe.frames, recipe.front_end.bins, len(recipe.labels))
    windows, targets = _chunks(run, held_out)

    def share_right(candidate: bytes) -> float:
        session = open_graph(candidate)
        batches = [session.run([OUTPUT], {INPUT: windows[i : i + 8]})[0] for i in range(0, len(windows), 8)]
        return right_share(recipe.activation)(torch.from_numpy(np.concatenate(batches)), torch.from_numpy(targets))

    integers = quantise(model, typical_windows(run, CALIBRATION_WINDOWS))
    return keep_if_as_good(model, integers, share_right, recipe.export.int8_tolerance)


def typical_windows(run: Run, count: int) -> NDArray[np.float32]:
    """float32 (count or fewer, frames, bins): the first chunks of examples from everywhere in the data."""
    step = max(1, len(run.examples) // count)
    return np.stack([chunks_of(run.material, run.recipe, one)[0][0] for one in run.examples[::step][:count]])


def _chunks(run: Run, examples: list[Example]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    pairs = [
        (window, example.targets) for example in examples for window, _ in chunks_of(run.material, run.recipe, example)
    ]
    return np.stack([window for window, _ in pairs]), np.stack([targets for _, targets in pairs])
