"""VGGish with published weights as ONNX: frames in, its 128 numbers out."""

from pathlib import Path

import torch
from torch import Tensor, nn

from service.features.logmel import LogMel
from training.embedding.embedders import EmbedderError
from training.export.onnx_export import export_onnx
from training.networks.published_weights import load_published
from training.networks.vggish import BINS, EMBEDDING, FRAMES, Vggish, VggishNetwork

FRONT_END = LogMel(
    sample_rate=16_000,
    n_fft=512,
    win_length=400,
    hop_length=160,
    n_mels=BINS,
    fmin=125,
    fmax=7_500,
    mel_scale="htk",
    area_norm=False,
    of="magnitude",
    scale="log",
    floor=0.01,
)
"""What the published weights were learned on, but that windows are centred, and bands are triangles over Hz instead of
mel: frames are the published ones of the sound behind 200 samples of silence, to within 0.02."""


class _Embedding(nn.Module):
    def __init__(self, network: Vggish) -> None:
        super().__init__()
        self.network = network

    def forward(self, frames: Tensor) -> Tensor:
        return self.network.embed(frames)


def vggish_graph(weights: Path) -> bytes:
    """Raises EmbedderError if the weights do not fit, ExportError if PyTorch cannot write it."""
    network = Vggish()
    try:
        load_published(network, weights, VggishNetwork.LEFT_OUT)
    except ValueError as error:
        raise EmbedderError(f"{error}.") from None
    with torch.inference_mode():
        return export_onnx(_Embedding(network), FRAMES, BINS, EMBEDDING)
