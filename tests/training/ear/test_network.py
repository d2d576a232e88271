"""The ear's network: shapes, starts, and the ONNX file that the service runs."""

from pathlib import Path

import numpy as np
import pytest
import torch

from service.inference.session import open_graph
from training.ear.export import OUTPUTS, check_ear, export_ear
from training.ear.network import FRAMES, FRONT_END, STEPS, TAGS, Ear, WrongWeights, published_ear, random_ear
from training.export.onnx_export import ExportError

TINY = 0.05


def windows(count: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(1).normal(0, 0.5, (count, FRAMES, 128)).astype(np.float32))


def test_the_ear_has_the_published_sizes() -> None:
    ear = Ear()
    with torch.inference_mode():
        embedding, steps = ear.eval()(windows(2))
    assert (ear.width, ear.step_width, ear.last, ear.deep) == (1344, 480, 384, 896)
    assert embedding.shape == (2, 1344)
    assert steps.shape == (2, STEPS, 480)
    assert FRONT_END.bins == 128


def test_the_embedding_begins_with_the_mean_of_the_steps_last_layer() -> None:
    ear, tags = random_ear(3, TINY)
    with torch.inference_mode():
        embedding, steps = ear(windows(2))
        # Every other step is a column of the last layer, and what tags are told from is told from the mean of them.
        mean = steps[:, ::2, : ear.last].mean(1)
        torch.testing.assert_close(mean, embedding[:, : ear.last])
        hidden = embedding[:, ear.last : ear.deep]
        torch.testing.assert_close(ear.hidden(mean), hidden)
        torch.testing.assert_close(tags(embedding), tags.answer(hidden))
        assert tags(embedding).shape == (2, TAGS)


def test_random_weights_are_those_of_their_seed_and_tell_windows_apart() -> None:
    first, again, other = (random_ear(seed, TINY)[0] for seed in (3, 3, 4))
    with torch.inference_mode():
        embeddings = [ear(windows(2))[0] for ear in (first, again, other)]
    torch.testing.assert_close(embeddings[0], embeddings[1], rtol=0, atol=0)
    assert not torch.allclose(embeddings[0], embeddings[2])
    assert not torch.allclose(embeddings[0][0], embeddings[0][1])


def test_published_weights_of_the_same_shapes_are_taken_in_order(tmp_path: Path) -> None:
    ear, tags = random_ear(5, width=0.4)
    state = {f"features.{name}": array for name, array in ear.state_dict().items()}
    state |= {f"classifier.{name}": array for name, array in tags.state_dict().items()}
    torch.save(state, tmp_path / "weights.pt")
    loaded, loaded_tags = published_ear(tmp_path / "weights.pt")
    with torch.inference_mode():
        torch.testing.assert_close(loaded(windows(1))[0], ear(windows(1))[0], rtol=0, atol=0)
    torch.testing.assert_close(loaded_tags.state_dict()["answer.weight"], tags.state_dict()["answer.weight"])


def test_other_files_are_refused_with_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(WrongWeights, match="There is no file of weights"):
        published_ear(tmp_path / "none.pt")
    (tmp_path / "text.pt").write_text("nothing")
    with pytest.raises(WrongWeights, match="no file of PyTorch weights"):
        published_ear(tmp_path / "text.pt")
    torch.save({"a": torch.zeros(3)}, tmp_path / "small.pt")
    with pytest.raises(WrongWeights, match="holds 1 arrays"):
        published_ear(tmp_path / "small.pt")


def test_the_exported_ear_hears_like_the_network_at_any_batch_and_unlike_another() -> None:
    ear, _ = random_ear(3, TINY)
    other, _ = random_ear(4, TINY)
    model = export_ear(ear)
    assert check_ear(model, ear, windows(3).numpy()) < 1e-3
    assert [output.name for output in open_graph(model).get_outputs()] == list(OUTPUTS)
    with pytest.raises(ExportError, match="embedding are off"):
        check_ear(model, other, windows(3).numpy())
