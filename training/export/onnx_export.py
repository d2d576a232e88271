"""From a PyTorch network to one ONNX file that the service runs, and the proof that both answer alike."""

import copy
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import onnx
import torch
from numpy.typing import NDArray

from service.inference.session import open_graph

INPUT, OUTPUT = "frames", "logits"
OPSET = 18
"""The exporter's own; a later one would be converted to, and read by fewer releases of ONNX Runtime."""
PARITY_BATCHES = (1, 2, 4, 8, 5)
"""What the service runs, and a size that it never does."""
MAX_LOGIT_DIFFERENCE = 1e-4
"""Where logits spread (standard deviation) by more than 1, as in deep networks that have hardly learned, that share of
their spread."""


class ExportError(Exception):
    """The network cannot be written as ONNX, or the file does not answer as the network does. Says by how much."""


def export_onnx(network: torch.nn.Module, frames: int, bins: int, labels: int) -> bytes:
    """ONNX with input `frames` float32 (batch, frames, bins) and output `logits` float32 (batch, labels), batch free.

    The network itself is left as it is, in whatever mode and on whatever device. Equal weights give equal bytes.
    Raises ExportError if it cannot be traced with a free batch, or answers with another shape."""
    example = torch.zeros(2, frames, bins)  # a batch of one would be taken for a constant
    with torch.inference_mode():
        answer = list(copy.deepcopy(network).cpu().eval()(example).shape)
    if answer != [2, labels]:
        raise ExportError(f"A batch of 2 windows gives logits {answer}; {[2, labels]} is needed, by the labels.")
    return export_graph(network, example, INPUT, (OUTPUT,))


def export_graph(network: torch.nn.Module, example: torch.Tensor, input_name: str, outputs: tuple[str, ...]) -> bytes:
    """The same for any input and any number of named outputs; `example` is a batch of two."""
    still = copy.deepcopy(network).cpu().eval()
    try:
        with _quiet():
            program = torch.onnx.export(
                still,
                (example,),
                dynamo=True,
                input_names=[input_name],
                output_names=list(outputs),
                dynamic_shapes=({0: torch.export.Dim("batch")},),
                opset_version=OPSET,
                verbose=False,
            )
    except torch.onnx.OnnxExporterError as error:
        raise ExportError(f"The network cannot be written as ONNX: {_root_cause(error)}") from error
    assert program is not None
    model = program.model_proto
    _strip(model.graph)
    _check_batch_is_free(model.graph)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def check_parity(
    model: bytes, network: torch.nn.Module, windows: NDArray[np.float32], batches: Sequence[int] = PARITY_BATCHES
) -> float:
    """The largest difference between the logits of both, over batches of these sizes.

    `windows` float32 (n, frames, bins), at least one; few are used again. Raises ExportError above
    MAX_LOGIT_DIFFERENCE, times the logits' standard deviation where that is above 1."""
    return check_outputs(model, network, windows, INPUT, (OUTPUT,), batches)


def check_outputs(
    model: bytes,
    network: torch.nn.Module,
    inputs: NDArray[np.float32],
    input_name: str,
    outputs: tuple[str, ...],
    batches: Sequence[int] = PARITY_BATCHES,
) -> float:
    """The same for every one of `outputs`."""
    still = copy.deepcopy(network).cpu().eval()
    session = open_graph(model)
    largest, first = 0.0, 0
    for size in batches:
        batch = np.take(inputs, range(first, first + size), axis=0, mode="wrap")
        first += size
        with torch.inference_mode():
            answers = still(torch.from_numpy(batch))
        answers = answers if isinstance(answers, tuple) else (answers,)
        ours = session.run(list(outputs), {input_name: batch})
        for name, answer, actual in zip(outputs, answers, ours, strict=True):
            largest = max(largest, _difference(name, answer.numpy(), actual))
    return largest


def _difference(name: str, expected: NDArray[np.float32], actual: NDArray[np.float32]) -> float:
    size = len(expected)
    if actual.shape != expected.shape:
        raise ExportError(f"A batch of {size} gives {name} {list(actual.shape)}; should be {list(expected.shape)}.")
    difference = float(np.abs(actual - expected).max())
    allowed = MAX_LOGIT_DIFFERENCE * max(1.0, float(expected.std()))
    if not difference <= allowed:  # also refuses NaN
        raise ExportError(
            f"In a batch of {size} the ONNX file's {name} are off by {difference:.3g} from the network's; "
            f"{allowed:g} is allowed."
        )
    return difference


def _strip(graph: onnx.GraphProto) -> None:
    """Takes out what the exporter notes of the source code: file names and lines on the machine where it ran."""
    for part in (graph, *graph.node, *graph.initializer, *graph.value_info, *graph.input, *graph.output):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")


def _check_batch_is_free(graph: onnx.GraphProto) -> None:
    for output in graph.output:
        batch = output.type.tensor_type.shape.dim[0]
        if not batch.dim_param:
            raise ExportError(f"The network answers with a batch of {batch.dim_value} whatever it is given.")


def _root_cause(error: BaseException) -> str:
    """The first line of what was raised first."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error).strip().partition("\n")[0]


@contextmanager
def _quiet() -> Iterator[None]:
    """The exporter warns of its own internals, and logs that packages are missing which nobody here needs."""
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)
