"""Takes that are kept: made once, whoever asks, and the same as they were."""

from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from training.fit.remembered import Remembered


class Counted(Dataset[tuple[Tensor, Tensor]]):
    """Each item leaves a file, so that makings in other processes are seen too."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __getitem__(self, number: int) -> tuple[Tensor, Tensor]:
        with (self._folder / f"made-{number}").open("a") as file:
            file.write("x")
        return torch.full((3, 2), number / 4), torch.tensor([number * 1.0])


def makings(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in folder.glob("made-*")}


def test_each_is_made_once_and_comes_round_again(tmp_path: Path) -> None:
    kept = Remembered(Counted(tmp_path), 4, tmp_path / "kept")
    (tmp_path / "made-0").unlink()  # the first one was looked at for its shape
    for number in range(12):
        frames, answer = kept[number]
        assert frames.dtype == answer.dtype == torch.float32
        assert frames.tolist() == [[(number % 4) / 4] * 2] * 3
        assert answer.tolist() == [number % 4]
    assert makings(tmp_path) == {f"made-{number}": 1 for number in range(4)}


def test_worker_processes_share_what_was_made(tmp_path: Path) -> None:
    kept = Remembered(Counted(tmp_path), 8, tmp_path / "kept")
    for _ in range(2):
        list(DataLoader(kept, 2, sampler=range(8), num_workers=2))
    again = Remembered(Counted(tmp_path), 8, tmp_path / "kept")
    assert [again[number][1].item() for number in range(8)] == list(range(8))
    counts = makings(tmp_path)
    assert all(counts[f"made-{number}"] == 1 for number in range(1, 8))
