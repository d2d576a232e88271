"""Every network as ONNX: any batch, and the same answers."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from training.export.onnx_export import check_parity, export_onnx
from training.networks.dense import DenseDeep, DenseSimple
from training.networks.inception_v3 import InceptionV3
from training.networks.picture_cnn import PictureCrnn, PictureDeep, PictureSimple
from training.networks.resnet50 import Resnet50
from training.networks.slice_cnn import GenreCnn, SliceCnn
from training.networks.tagger import Network, Tagger
from training.networks.vggish import VggishNetwork

OUTPUTS = 3
SPREAD = 0.05
"""Of the logits, where 0.0001 may be wrong."""
NETWORKS = (
    (SliceCnn(pooling=True, kernel=2, stride=3, activation="tanh"), 32, 128),
    (GenreCnn(widths=(2, 2, 4, 4, 8), dense=8, frames=40), 40, 32),
    (VggishNetwork(), 96, 64),
    (DenseDeep(), 1, 57),
    (DenseSimple(), 1, 57),
    (PictureSimple(size=32, crop_frames=0.8), 50, 40),
    (PictureDeep(), 256, 256),
    (PictureCrnn(size=32), 50, 32),
    (InceptionV3(size=96), 96, 96),
    (Resnet50(size=64), 64, 64),
)
"""With the smallest pictures and windows: the graph is the same."""


def ready(tagger: Tagger, windows: Tensor) -> Tagger:
    """Normalisation inside knows what passes, or in deep networks nothing would; none of it is so small that rounding
    is blown up; and answers differ by SPREAD, from window to window."""
    layers = [one for one in tagger.modules() if isinstance(one, nn.BatchNorm1d | nn.BatchNorm2d)]
    for layer in layers:
        layer.momentum = None
        if layer.affine:
            nn.init.ones_(layer.weight)  # what begins as nothing would not be tested
    with torch.no_grad():
        tagger.train()(windows)
        for layer in layers:
            assert layer.running_var is not None
            layer.running_var.clamp_(min=float(layer.running_var.mean()) / 4)
        differ = tagger.eval()(windows).std(dim=0)
        tagger.head.weight.mul_((SPREAD / differ).unsqueeze(1))
    return tagger


@pytest.mark.parametrize(("network", "frames", "bins"), NETWORKS, ids=[network.kind for network, _, _ in NETWORKS])
def test_both_answer_alike(network: Network, frames: int, bins: int) -> None:
    torch.manual_seed(0)
    windows = np.random.default_rng(0).normal(size=(8, frames, bins)).astype(np.float32)
    tagger = ready(network.build(bins, OUTPUTS), torch.from_numpy(windows))
    assert check_parity(export_onnx(tagger, frames, bins, OUTPUTS), tagger, windows, batches=(1, 3)) < SPREAD / 500
