"""The ear: a MobileNetV3-Large over log-mel windows, and the tags that its published weights came with.

After "Searching for MobileNetV3" (Howard et al., 2019) and "Efficient Large-Scale Audio Tagging via Transformer-to-CNN
Knowledge Distillation" (Schmid et al., 2023), whose weights it can begin from.
"""

from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError

import torch
from torch import Tensor, nn
from torch.nn import functional

from service.features.logmel import LogMel

FRONT_END = LogMel(
    sample_rate=16_000,
    n_fft=512,
    win_length=400,
    hop_length=160,
    n_mels=128,
    fmin=0.0,
    fmax=15_000.0,
    mel_scale="kaldi",
    area_norm=False,
    scale="log",
    floor=1e-5,
    virtual_rate=32_000,
    pre_emphasis=0.97,
    offset=4.5,
    divisor=5.0,
)
"""What the published weights were learned on, from 16 kHz sound."""
FRAMES = 300
"""3 s."""
STEPS = 19
"""A sixteenth of the frames, rounded up: what the layers of stride 16 speak in."""
TAGS = 527
"""AudioSet's classes."""
HIDDEN = 512
"""Values between the last layer and the tags."""
PUBLISHED_WIDTH = 0.4
_MOMENTUM = 0.01


@dataclass(frozen=True, slots=True)
class _BlockShape:
    kernel: int
    expanded: int
    out: int
    squeezes: bool
    hard_swish: bool
    stride: int


# Table 1 of the paper: kernel, expansion, output, squeeze-and-excitation, hard swish (else ReLU), stride.
_BLOCKS = (
    _BlockShape(3, 16, 16, False, False, 1),
    _BlockShape(3, 64, 24, False, False, 2),
    _BlockShape(3, 72, 24, False, False, 1),
    _BlockShape(5, 72, 40, True, False, 2),
    _BlockShape(5, 120, 40, True, False, 1),
    _BlockShape(5, 120, 40, True, False, 1),
    _BlockShape(3, 240, 80, False, True, 2),
    _BlockShape(3, 200, 80, False, True, 1),
    _BlockShape(3, 184, 80, False, True, 1),
    _BlockShape(3, 184, 80, False, True, 1),
    _BlockShape(3, 480, 112, True, True, 1),
    _BlockShape(3, 672, 112, True, True, 1),
    _BlockShape(5, 672, 160, True, True, 2),
    _BlockShape(5, 960, 160, True, True, 1),
    _BlockShape(5, 960, 160, True, True, 1),
)
_EMBEDDED_AFTER = (3, 5, 6, 9, 10, 12, 15)
"""The blocks, from 1, whose means and maxima the embedding has."""
_STEPS_AFTER = 12
"""The last block of stride 16: 19 columns for 300 frames."""


class Ear(nn.Module):
    """float32 (batch, 300, 128) of FRONT_END -> `embedding` (batch, width) and `steps` (batch, 19, step_width).

    The embedding is the last layer's mean (384 values), the hidden layer that gives the tags (512), then the
    means of seven inner blocks (224) and their maxima (224). A step is the last layer's mean over frequency (384; every
    other step lies halfway between two of its columns), then the mean and the maximum over frequency after block 12
    (48 + 48)."""

    def __init__(self, width: float = PUBLISHED_WIDTH) -> None:
        super().__init__()
        before = _channels(16, width)
        self.stem = _convolution(1, before, kernel=3, stride=2, activation=nn.Hardswish())
        blocks, embedded = [], 0
        for number, block in enumerate(_BLOCKS, 1):
            blocks.append(_InvertedResidual(before, block, width))
            before = _channels(block.out, width)
            embedded += 2 * before if number in _EMBEDDED_AFTER else 0
        self.blocks = nn.ModuleList(blocks)
        self.last = _channels(_BLOCKS[-1].expanded, width)
        """How many values of the embedding, and of a step, are the last layer's: the first."""
        self.top = _convolution(before, self.last, kernel=1, stride=1, activation=nn.Hardswish())
        self.hidden = nn.Sequential(nn.Linear(self.last, HIDDEN), nn.Hardswish())
        self.deep = self.last + HIDDEN
        """How many values of the embedding, from the first, are of the last layer and the hidden one behind it."""
        self.width = self.deep + embedded
        self.step_width = self.last + 2 * _channels(_BLOCKS[_STEPS_AFTER - 1].out, width)

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        # Pools, not means over axes: ONNX Runtime runs them on planes as its convolutions leave them.
        planes = self.stem(frames.transpose(1, 2).unsqueeze(1))  # (batch, channels, frequency, time) from here on
        means, maxima, step_parts = [], [], []
        for number, block in enumerate(self.blocks, 1):
            planes = block(planes)
            if number in _EMBEDDED_AFTER:
                whole = (planes.shape[2], planes.shape[3])
                means.append(functional.avg_pool2d(planes, whole).flatten(1))
                maxima.append(functional.max_pool2d(planes, whole).flatten(1))
            if number == _STEPS_AFTER:
                column = (planes.shape[2], 1)
                step_parts = [functional.avg_pool2d(planes, column), functional.max_pool2d(planes, column)]
        last_planes = self.top(planes)
        columns = functional.avg_pool2d(last_planes, (last_planes.shape[2], 1)).squeeze(2)
        mean = columns.mean(2)
        embedding = torch.cat([mean, self.hidden(mean), *means, *maxima], dim=1)
        # Column i of stride 32 has the middle of column 2 i of stride 16.
        last = functional.interpolate(columns, size=step_parts[0].shape[3], mode="linear", align_corners=True)
        return embedding, torch.cat([last, *(part.squeeze(2) for part in step_parts)], dim=1).transpose(1, 2)


class Tags(nn.Module):
    """The ear's embedding (batch, width) -> logits of AudioSet's 527 classes."""

    def __init__(self, ear: Ear, labels: int = TAGS) -> None:
        super().__init__()
        self._hidden = slice(ear.last, ear.deep)
        self.answer = nn.Linear(HIDDEN, labels)

    def forward(self, embedding: Tensor) -> Tensor:
        logits: Tensor = self.answer(embedding[:, self._hidden])
        return logits


class WrongWeights(Exception):
    """The file does not hold the ear's published weights. Says what it is and what is needed."""


def random_ear(seed: int, width: float = PUBLISHED_WIDTH) -> tuple[Ear, Tags]:
    """Weights drawn at random. A small `width` makes a small network, for tests."""
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        ear = Ear(width)
        tags = Tags(ear)
        _take_statistics(ear, 0.5 * torch.randn(16, FRAMES, FRONT_END.n_mels))
    return ear.eval(), tags.eval()


def published_ear(path: Path) -> tuple[Ear, Tags]:
    """The network and the tags of mn04_as.pt. Raises WrongWeights."""
    try:
        published = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise WrongWeights(f"There is no file of weights {path}.") from None
    except (OSError, RuntimeError, UnpicklingError, EOFError) as error:
        raise WrongWeights(f"{path} is no file of PyTorch weights: {str(error).partition(chr(10))[0]}") from None
    if not isinstance(published, dict):
        raise WrongWeights(f"{path} holds a {type(published).__name__}; the state dict of mn04_as is needed.")
    ear = Ear()
    tags = Tags(ear)
    modules: tuple[nn.Module, ...] = (ear, tags)
    ours = [(module, name) for module in modules for name in module.state_dict()]
    if len(published) != len(ours):
        raise WrongWeights(f"{path} holds {len(published)} arrays; the {len(ours)} of mn04_as are needed.")
    loaded: dict[nn.Module, dict[str, Tensor]] = {module: {} for module in modules}
    for (module, name), (their_name, array) in zip(ours, published.items(), strict=True):
        needed = module.state_dict()[name].shape
        if not isinstance(array, Tensor) or array.shape != needed:
            found = list(array.shape) if isinstance(array, Tensor) else type(array).__name__
            raise WrongWeights(f"{path}: {their_name} is {found}; mn04_as has {list(needed)} there.")
        loaded[module][name] = array
    for module, state in loaded.items():
        module.load_state_dict(state)
    return ear.eval(), tags.eval()


def _take_statistics(ear: Ear, frames: Tensor) -> None:
    """Batch norm's from one batch: tuning keeps them, and those it is born with let nothing through."""
    norms = [module for module in ear.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1.0
    with torch.no_grad():
        ear.train()(frames)
    for norm in norms:
        norm.momentum = _MOMENTUM


class _InvertedResidual(nn.Module):
    """Wider, one filter a channel, narrower again; added to what came in where the shape allows."""

    def __init__(self, before: int, block: _BlockShape, width: float) -> None:
        super().__init__()
        expanded, out = _channels(block.expanded, width), _channels(block.out, width)
        activation = nn.Hardswish() if block.hard_swish else nn.ReLU()
        layers: list[nn.Module] = []
        if expanded != before:
            layers.append(_convolution(before, expanded, kernel=1, stride=1, activation=activation))
        layers.append(_convolution(expanded, expanded, block.kernel, block.stride, activation, groups=expanded))
        if block.squeezes:
            layers.append(_SqueezeExcitation(expanded))
        layers.append(_convolution(expanded, out, kernel=1, stride=1, activation=nn.Identity()))
        self.layers = nn.Sequential(*layers)
        self.adds = block.stride == 1 and before == out

    def forward(self, planes: Tensor) -> Tensor:
        changed: Tensor = self.layers(planes)
        return planes + changed if self.adds else changed


class _SqueezeExcitation(nn.Module):
    """Each channel louder or softer, by the means of all."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        squeezed = _channels(channels / 4, 1)
        self.squeeze = nn.Linear(channels, squeezed)
        self.excite = nn.Linear(squeezed, channels)

    def forward(self, planes: Tensor) -> Tensor:
        gains = torch.sigmoid(self.excite(torch.relu(self.squeeze(planes.mean((2, 3))))))
        return planes * gains[:, :, None, None]


def _convolution(
    before: int, after: int, kernel: int, stride: int, activation: nn.Module, groups: int = 1
) -> nn.Sequential:
    convolution = nn.Conv2d(before, after, kernel, stride, padding=kernel // 2, groups=groups, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(after, eps=1e-3, momentum=_MOMENTUM), activation)


def _channels(count: float, width: float) -> int:
    """The nearest multiple of 8, but never more than a tenth below what is asked for."""
    wanted = count * width
    rounded = max(8, int(wanted + 4) // 8 * 8)
    return rounded if rounded >= 0.9 * wanted else rounded + 8
