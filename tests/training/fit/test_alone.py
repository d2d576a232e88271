"""Two processes do not write the same checkpoints."""

import os
from pathlib import Path

import pytest

from training.fit.alone import FolderInUse, alone_in


def test_whoever_comes_second_is_told_of_the_first(tmp_path: Path) -> None:
    with (
        alone_in(tmp_path),
        pytest.raises(FolderInUse, match=f"Process {os.getpid()} is fitting in {tmp_path}"),
        alone_in(tmp_path),
    ):
        pass
    with alone_in(tmp_path):
        pass
