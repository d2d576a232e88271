"""Every system of the reports has as many learned parameters as its report says. No weight is made for that."""

import pytest
import torch

from training.networks.dense import DenseDeep, DenseSimple
from training.networks.inception_v3 import InceptionV3
from training.networks.picture_cnn import PictureCrnn, PictureDeep, PictureSimple
from training.networks.resnet50 import Resnet50
from training.networks.slice_cnn import GenreCnn, SliceCnn
from training.networks.tagger import Network, Tagger, multiplications_of, parameters_of
from training.networks.vggish import VggishNetwork

SECOND_BIAS = 512
"""Of the recurrent layer: PyTorch adds two where others have one."""


def without_weights(network: Network, bins: int, outputs: int) -> Tagger:
    with torch.device("meta"):
        return network.build(bins, outputs)


@pytest.mark.parametrize(
    ("network", "bins", "outputs", "parameters"),
    [
        (SliceCnn(pooling=True, kernel=2), 128, 2, 2_271_330),
        (SliceCnn(pooling=False, kernel=3), 128, 2, 8_777_986),
        (GenreCnn(), 128, 11, 772_843),
        (VggishNetwork(), 64, 2, 72_141_184 + 258),
        (DenseDeep(), 57, 10, 761_290),
        (DenseSimple(), 57, 10, 178_122),
        (PictureSimple(), 256, 15, 33_957_263),
        (PictureDeep(), 256, 15, 24_427_791),
        (PictureCrnn(), 256, 15, 641_679 + SECOND_BIAS),
        (InceptionV3(), 256, 15, 22_826_159),
        (Resnet50(), 256, 15, 24_592_399),
    ],
    ids=lambda value: value.kind if isinstance(value, Network) else "",
)
def test_as_many_as_the_report_says(network: Network, bins: int, outputs: int, parameters: int) -> None:
    assert parameters_of(without_weights(network, bins, outputs)) == parameters


def test_running_means_and_variances_are_not_counted() -> None:
    """The report's total has them: 765,258. It does not have those of the input, which its network lacks."""
    tagger = without_weights(DenseDeep(), 57, 10)
    statistics = sum(
        value.numel() for name, value in tagger.body.named_buffers() if name.endswith(("running_mean", "running_var"))
    )
    assert parameters_of(tagger) + statistics == 765_258


def test_multiplications_of_a_recurrent_layer_are_counted_for_each_step() -> None:
    tagger = PictureCrnn(size=16).build(16, 2)
    convolutions = 9 * (3 * 64 * 256 + 64 * 128 * 64 + 128 * 256 * 16)
    recurrent = (2 * 2) * 4 * 128 * (256 + 128)
    assert multiplications_of(tagger, 16, 16) == convolutions + recurrent + 128 * 512 + 512 * 2
