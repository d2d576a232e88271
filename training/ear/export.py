"""The ear as the ONNX file that the service runs, and the proof that both hear alike."""

import numpy as np
import torch
from numpy.typing import NDArray

from training.ear.network import FRAMES, FRONT_END, Ear
from training.export.onnx_export import INPUT, check_outputs, export_graph

OUTPUTS = ("embedding", "steps")


def export_ear(ear: Ear) -> bytes:
    """ONNX with input `frames` float32 (batch, 300, 128), outputs `embedding` (batch, width) and `steps` (batch, 19,
    step_width), batch free. Raises ExportError."""
    return export_graph(ear, torch.zeros(2, FRAMES, FRONT_END.bins), INPUT, OUTPUTS)


def check_ear(model: bytes, ear: Ear, windows: NDArray[np.float32]) -> float:
    """The largest difference between both outputs of both, on float32 (n, 300, 128). Raises ExportError."""
    return check_outputs(model, ear, windows, INPUT, OUTPUTS)
