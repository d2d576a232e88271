"""One small file that answers as the network does, whatever the batch."""

import logging
from logging.handlers import BufferingHandler
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import Tensor, nn

from service.inference.package import Package
from service.inference.session import open_graph
from service.inference.verified import verified
from tests.tiny_models import fields
from tests.training.export.spectrograms import BINS, CLASSES, FRAMES, SmallCnn, small_cnn, spectrograms
from training.export.onnx_export import MAX_LOGIT_DIFFERENCE, ExportError, check_parity, export_onnx
from training.export.package_writer import write_package

WINDOWS = spectrograms(6, seed=9)


@pytest.fixture(scope="module")
def model() -> bytes:
    return export_onnx(small_cnn(), FRAMES, BINS, CLASSES)


def test_the_signature_is_what_packages_need(model: bytes) -> None:
    session = open_graph(model)
    (taken,), (given,) = session.get_inputs(), session.get_outputs()
    assert (taken.name, taken.type, taken.shape) == ("frames", "tensor(float)", ["batch", FRAMES, BINS])
    assert (given.name, given.type, given.shape) == ("logits", "tensor(float)", ["batch", CLASSES])


def test_the_service_accepts_it_in_a_package(tmp_path: Path, model: bytes) -> None:
    front_end = fields("x", "ab", "softmax")["front_end"].model_copy(update={"n_mels": BINS})
    manifest = fields("cnn", ["a", "b"], "softmax", front_end, chunk_seconds=FRAMES * 320 / 16_000)
    manifest["input"]["name"] = "frames"
    package: Package = write_package(tmp_path, model, "# cnn\n", **manifest)
    assert verified(package).logits(WINDOWS).shape == (len(WINDOWS), CLASSES)


def test_both_answer_alike(model: bytes) -> None:
    assert check_parity(model, small_cnn(), WINDOWS) < 1e-5
    assert check_parity(model, small_cnn(), WINDOWS[:1]) < 1e-5


def test_batch_norms_are_folded_and_nothing_is_carried_along(model: bytes) -> None:
    graph = onnx.load_from_string(model).graph
    operators = [node.op_type for node in graph.node]
    assert operators.count("BatchNormalization") == 1  # of the input, which no convolution precedes
    assert operators.count("Conv") == 3
    assert "Dropout" not in operators
    assert len(model) < 4 * sum(one.numel() for one in small_cnn().parameters()) + 6_000


def test_the_file_does_not_tell_where_it_was_made(model: bytes) -> None:
    assert b".py" not in model
    assert str(Path.cwd()).encode() not in model


def test_equal_weights_give_equal_bytes_also_in_training_which_goes_on(model: bytes) -> None:
    network = small_cnn().train()
    assert export_onnx(network, FRAMES, BINS, CLASSES) == model
    assert check_parity(model, network, WINDOWS) < 1e-5
    assert network.training


def test_other_weights_give_other_bytes_and_nobody_is_told_of_the_exporter_s_worries(model: bytes) -> None:
    log, heard = logging.getLogger("torch.onnx"), BufferingHandler(capacity=1_000)
    log.addHandler(heard)
    assert export_onnx(small_cnn(seed=5), FRAMES, BINS, CLASSES) != model
    log.removeHandler(heard)
    assert not heard.buffer
    assert log.level == logging.NOTSET


def test_other_weights_are_told_with_both_numbers(model: bytes) -> None:
    network = small_cnn()
    with torch.no_grad():
        network.head.bias[0] += 0.01
    with pytest.raises(ExportError, match=rf"batch of 1 .* off by 0\.01 .*; {MAX_LOGIT_DIFFERENCE:g} is allowed"):
        check_parity(model, network, WINDOWS)


def test_logits_that_spread_far_may_differ_more() -> None:
    class Loud(SmallCnn):
        def forward(self, frames: Tensor) -> Tensor:
            logits: Tensor = 1_000 * super().forward(frames)
            return logits

    network = Loud()
    network.load_state_dict(small_cnn().state_dict())
    loud = export_onnx(network, FRAMES, BINS, CLASSES)
    with torch.no_grad():
        network.head.bias[0] += 2e-6
    assert 1e-3 < check_parity(loud, network, WINDOWS) < 1e-2
    with torch.no_grad():
        network.head.bias[0] += 0.01
    with pytest.raises(ExportError, match=r"batch of 1 .* off by 10"):
        check_parity(loud, network, WINDOWS)


def test_what_is_no_number_is_no_parity(model: bytes) -> None:
    with pytest.raises(ExportError, match="off by nan"):
        check_parity(model, small_cnn(), np.full_like(WINDOWS, np.nan))


def test_a_difference_in_one_batch_size_only_is_found(model: bytes) -> None:
    """Squeezing a dimension too many is right for every size but one."""

    class WrongForFive(SmallCnn):
        def forward(self, frames: Tensor) -> Tensor:
            logits: Tensor = super().forward(frames)
            return logits + 1 if len(frames) == 5 else logits

    network = WrongForFive()
    network.load_state_dict(small_cnn().state_dict())
    with pytest.raises(ExportError, match="batch of 5"):
        check_parity(model, network, WINDOWS)


def test_a_wrong_number_of_labels_is_refused() -> None:
    with pytest.raises(ExportError, match=r"gives logits \[2, 2\]; \[2, 3\] is needed"):
        export_onnx(small_cnn(), FRAMES, BINS, 3)


def test_a_network_with_a_fixed_batch_is_refused() -> None:
    class Fixed(nn.Module):
        def forward(self, frames: Tensor) -> Tensor:
            return frames.reshape(2, -1)[:, :CLASSES]

    with pytest.raises(ExportError, match="a batch of 2 whatever"):
        export_onnx(Fixed(), FRAMES, BINS, CLASSES)


def test_a_network_that_cannot_be_traced_is_refused_with_the_reason() -> None:
    class Undecided(nn.Module):
        def forward(self, frames: Tensor) -> Tensor:
            return frames[:, 0, :CLASSES] if frames.sum() > 0 else frames[:, 1, :CLASSES]

    with pytest.raises(ExportError, match=r"cannot be written as ONNX: .*data-dependent"):
        export_onnx(Undecided(), FRAMES, BINS, CLASSES)
