"""Weights that others have published: read from a file of the user's, by the names that it has there."""

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from tests.training.networks.published_names import Shapes, inception_v3_names, resnet50_names, vggish_names
from tests.training.small_corpus import RECIPE
from training.networks.inception_v3 import InceptionV3
from training.networks.resnet50 import Resnet50, resnet
from training.networks.vggish import Vggish, VggishNetwork
from training.recipe import RecipeError, read_recipe


def state_of(shapes: Shapes) -> dict[str, Tensor]:
    """Each weight one value over and over, another one for each name: in the file it takes no room."""
    return {
        name: torch.full((1,), 0.001 * number).expand(shape) if shape else torch.tensor(number)
        for number, (name, shape) in enumerate(shapes.items(), 1)
    }


def written(folder: Path, state: object) -> Path:
    path = folder / "published.pth"
    torch.save(state, path)
    return path


@pytest.mark.parametrize(
    ("names", "kind"),
    [(resnet50_names, Resnet50), (inception_v3_names, InceptionV3)],
    ids=["resnet50", "inception_v3"],
)
def test_every_weight_of_torchvision_is_where_it_belongs(
    tmp_path: Path, names: Callable[[], Shapes], kind: type[Resnet50] | type[InceptionV3]
) -> None:
    state = state_of(names())
    network = kind(weights=written(tmp_path, state)).build(256, 3).body[1]  # type: ignore[index]
    loaded = network.state_dict()
    for name, value in state.items():
        if not name.startswith(("fc.", "AuxLogits.")) and not name.endswith("num_batches_tracked"):
            assert torch.equal(loaded[name], value), name
    others = [name for name in loaded if name not in state and not name.endswith("num_batches_tracked")]
    assert all("conv" in name or "downsample.0" in name for name in others), "biases, which torchvision does not have"
    assert all((loaded[name] == 0).all() for name in others)


def test_blocks_begin_as_what_they_were_given() -> None:
    block = resnet().get_submodule("layer1.1").eval()
    planes = torch.rand(1, 256, 4, 4)
    assert torch.equal(block(planes), planes)


def test_every_weight_of_torchvggish_is_where_it_belongs(tmp_path: Path) -> None:
    state = state_of(vggish_names())
    path = written(tmp_path, {**state, "pproc.pca_means": torch.zeros(128, 1)})
    network = VggishNetwork(weights=path).pretrained()
    assert network.state_dict().keys() == state.keys()
    assert all(torch.equal(value, state[name]) for name, value in network.state_dict().items())
    assert VggishNetwork(weights=path).begins_with == path


def test_vggish_counts_points_as_its_weights_do() -> None:
    """The first dense layer sees 6 x 4 points of 512 channels, the channels of one point side by side."""
    torch.manual_seed(0)
    network = Vggish().eval()
    first = network.embeddings[0]
    assert isinstance(first, torch.nn.Linear)
    frames, seen = torch.randn(1, 96, 64), torch.zeros(0)

    def see(_: object, inputs: tuple[Tensor, ...]) -> None:
        nonlocal seen
        (seen,) = inputs

    first.register_forward_pre_hook(see)
    with torch.inference_mode():
        embedding = network.embed(frames)
        planes = network.features(frames.unsqueeze(1))
    assert embedding.shape == (1, 128)
    assert torch.equal(seen.view(6, 4, 512), planes[0].permute(1, 2, 0))


def test_vggish_hears_frames_as_they_come() -> None:
    torch.manual_seed(0)
    tagger = VggishNetwork().build(64, 2).eval()
    frames = torch.randn(2, 96, 64)
    with torch.inference_mode():
        assert torch.equal(tagger.embed(frames), tagger.body(frames.unsqueeze(1)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda state: state.pop("layer1.0.conv1.weight"), "has no 'layer1.0.conv1.weight'; a weight of shape"),
        (
            lambda state: state.update({"bn1.weight": torch.zeros(32)}),
            r"'bn1.weight' is \[32\]; \[64\] is needed",
        ),
        (
            lambda state: state.update({"layer5.0.conv1.weight": torch.zeros(1)}),
            "has 'layer5.0.conv1.weight', which this network does not",
        ),
    ],
    ids=["missing", "shape", "unknown"],
)
def test_the_first_name_that_does_not_fit_is_told(
    tmp_path: Path, change: Callable[[dict[str, Tensor]], object], message: str
) -> None:
    state = state_of(resnet50_names())
    change(state)
    with pytest.raises(ValueError, match=message):
        Resnet50(weights=written(tmp_path, state))


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="something else than weights by their names"):
        Resnet50(weights=written(tmp_path, {"epoch": 3, "state_dict": {}}))
    (tmp_path / "text.pth").write_text("no weights")
    (tmp_path / "code.pth").write_bytes(pickle.dumps(print))
    for name in ("text.pth", "code.pth"):
        with pytest.raises(ValueError, match=f"{name} is no file of weights that PyTorch can read"):
            Resnet50(weights=tmp_path / name)


def test_a_recipe_with_weights_that_are_not_there_is_refused_when_it_is_read(tmp_path: Path) -> None:
    text = RECIPE[: RECIPE.index("[network]")] + '[network]\nkind = "resnet50"\nweights = "none.pth"\n'
    (tmp_path / "recipe.toml").write_text(text + RECIPE[RECIPE.index("[augment.gain]") :])
    with pytest.raises(RecipeError, match=r"network\.resnet50: none\.pth cannot be read: No such file"):
        read_recipe(tmp_path / "recipe.toml")
