"""Fitting: it learns, it goes on after a kill as if nothing had happened, it stops when it should."""

import itertools
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.utils.data import Dataset

from training.fit.curve import Epoch, best_epoch
from training.fit.fit_plan import FitPlan
from training.fit.fitting import Fitting, Lesson, label_loss, right_share
from training.networks.slice_cnn import GenreCnn
from training.networks.tagger import Tagger

FRAMES, BINS = 32, 32
CPU = torch.device("cpu")


class LowOrHigh(Dataset[tuple[Tensor, Tensor]]):
    """Noise that is louder in the lower or in the upper half of the bins."""

    def __getitem__(self, number: int) -> tuple[Tensor, Tensor]:
        generator = torch.Generator().manual_seed(number)
        frames = torch.randn(FRAMES, BINS, generator=generator)
        is_high = number % 2
        frames[:, is_high * BINS // 2 : (is_high + 1) * BINS // 2] += 3
        return frames, torch.nn.functional.one_hot(torch.tensor(is_high), 2).float()


def plan(**changes: object) -> FitPlan:
    values = {"epochs": 3, "takes_per_epoch": 64, "batch": 16, "learning_rate": 0.01, "weight_decay": 0.01}
    return FitPlan.model_validate({**values, **changes})


def network() -> Tagger:
    torch.manual_seed(0)
    return GenreCnn(widths=(2, 2, 4, 4, 8), dense=8, dropout=0.1, frames=FRAMES).build(BINS, 2)


def lesson(**changes: object) -> Lesson:
    values = {
        "takes": LowOrHigh(),
        "loss": label_loss("softmax"),
        "change_batch": lambda frames, targets, _: (frames, targets),
        "workers": 2,
        "score": right_share("softmax"),
    }
    return Lesson(**{**values, **changes})  # type: ignore[arg-type]


def same(first: Tagger, second: Tagger) -> bool:
    pairs = zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    return all(torch.equal(one, other) for one, other in pairs)


def test_it_learns(tmp_path: Path) -> None:
    fitting = Fitting(network(), lesson(), plan(epochs=4), 1, tmp_path, CPU)
    learned = fitting.run()
    assert not learned.training
    assert fitting.curve[-1].train_loss < 0.5 * fitting.curve[0].train_loss
    frames, targets = zip(*(LowOrHigh()[number] for number in range(100_000, 100_064)), strict=True)
    assert right_share("softmax")(learned(torch.stack(frames)), torch.stack(targets)) > 0.95
    assert (tmp_path / "curve.csv").read_text().count("\n") == 5


def test_the_same_seed_gives_the_same_weights(tmp_path: Path) -> None:
    first = Fitting(network(), lesson(), plan(), 1, tmp_path / "a", CPU).run()
    assert same(first, Fitting(network(), lesson(), plan(), 1, tmp_path / "b", CPU).run())
    assert not same(first, Fitting(network(), lesson(), plan(), 2, tmp_path / "c", CPU).run())


def test_stopped_after_an_epoch_it_ends_with_the_same_weights(tmp_path: Path) -> None:
    whole = Fitting(network(), lesson(), plan(), 1, tmp_path / "whole", CPU).run()

    def stop(epoch: Epoch) -> None:
        if epoch.number == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Fitting(network(), lesson(), plan(), 1, tmp_path / "parts", CPU).run(stop)
    rest = Fitting(network(), lesson(), plan(), 1, tmp_path / "parts", CPU)
    assert [epoch.number for epoch in rest.curve] == [1, 2]
    assert same(whole, rest.run())
    assert [epoch.number for epoch in rest.curve] == [1, 2, 3]


def killed_before_batch(number: int) -> Lesson:
    """A lesson that kills its process, and those that make its takes, when that batch is about to be learned."""
    numbers = itertools.count(1)

    def kill(frames: Tensor, targets: Tensor, _random: torch.Generator) -> tuple[Tensor, Tensor]:
        if next(numbers) == number:
            os.killpg(0, signal.SIGKILL)
        return frames, targets

    return lesson(change_batch=kill)


@pytest.mark.parametrize("batch", [2, 5, 7, 12])
def test_killed_at_any_moment_it_ends_with_the_same_weights(tmp_path: Path, batch: int) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.training.fit.test_fitting import *\n"
        "Fitting(network(), killed_before_batch(int(sys.argv[1])), plan(), 1, Path(sys.argv[2]), CPU).run()"
    )
    command = [sys.executable, "-c", program, str(batch), str(tmp_path / "parts")]
    assert subprocess.run(command, start_new_session=True, check=False).returncode == -signal.SIGKILL
    rest = Fitting(network(), lesson(), plan(), 1, tmp_path / "parts", CPU)
    assert len(rest.curve) == (batch - 1) // rest.steps_per_epoch
    whole = Fitting(network(), lesson(), plan(), 1, tmp_path / "whole", CPU)
    assert same(whole.run(), rest.run())


def test_it_stops_without_progress_and_keeps_the_best(tmp_path: Path) -> None:
    losses = iter([0.9, 0.5, 0.7, 0.6, 0.8, 0.1])
    seen: list[Tagger] = []

    def validate(kept: Tagger) -> tuple[float, float]:
        seen.append(network())
        seen[-1].load_state_dict(kept.state_dict())
        return next(losses), 0.0

    patient = plan(epochs=6, patience=3, validation=0.2)
    fitting = Fitting(network(), lesson(validate=validate), patient, 1, tmp_path, CPU)
    learned = fitting.run()
    assert len(fitting.curve) == 5
    assert best_epoch(fitting.curve) == 2
    assert same(learned, seen[1])


def test_patience_without_validation_is_refused() -> None:
    with pytest.raises(ValueError, match="patience needs a validation share"):
        plan(patience=3)
