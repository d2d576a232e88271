"""From 32-bit floats to 8-bit integers: a quarter of the file, half of the time."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.quant_utils import add_pre_process_metadata

from training.export.onnx_export import INPUT, OUTPUT

BATCH = 8
OPERATORS = ("Conv", "Gemm", "MatMul", "Add", "Relu", "MaxPool", "AveragePool", "GlobalAveragePool")
"""What there are integer kernels for. The normalisation of the input stays in floats: its range before that depends on
the loudness of the sound. So does the last layer, or probabilities would come in some dozen steps."""


def quantise(model: bytes, windows: NDArray[np.float32]) -> bytes:
    """8-bit weights per channel (signed) and activations (unsigned, ranges from `windows`), as QDQ. Weights keep to
    7 bits: two products of 8 overflow the 16 bits in which processors without VNNI add them.

    `model` comes from `export_onnx`; `windows` float32 (n, frames, bins) are typical input of the training side: some
    hundred are enough, and all of them are held in memory at once by the calibration."""
    parsed = onnx.load_from_string(model)
    add_pre_process_metadata(parsed)  # the exporter has inferred the shapes and folded constants already
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "int8.onnx"
        quantize_static(
            parsed,
            path,
            _Calibration(windows),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(OPERATORS),
            nodes_to_exclude=[node.name for node in parsed.graph.node if OUTPUT in node.output],
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        return path.read_bytes()


class _Calibration(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, windows: NDArray[np.float32]) -> None:
        starts = range(0, len(windows), BATCH)
        self._batches: Iterator[Mapping[str, NDArray[np.float32]]] = (
            {INPUT: windows[start : start + BATCH]} for start in starts
        )

    def get_next(self) -> Mapping[str, NDArray[np.float32]] | None:
        return next(self._batches, None)
