"""A folder per class. Every file is a group of its own, since nothing says which files belong together."""

from collections.abc import Iterator
from pathlib import Path

from training.clip import Clip
from training.corpora.corpus import Layout


def sound_files(folder: Path) -> list[Path]:
    """Files in the order of their names; hidden ones are left out."""
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))


def class_folders(root: Path) -> list[Path]:
    return sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))


def _clips(root: Path) -> Iterator[Clip]:
    for folder in class_folders(root):
        for path in sound_files(folder):
            yield Clip(path, folder.name, f"{folder.name}/{path.stem}", root.name)


CLASS_FOLDERS = Layout("class folders", lambda root: any(sound_files(one) for one in class_folders(root)), _clips)
