"""The models folder: which packages there are, and which one a name means."""

import re
from pathlib import Path

from service.errors import BrokenPackage, NoModels, UnknownModel
from service.inference.manifest import VERSION_PATTERN, parse_reference
from service.inference.package import MANIFEST, Package

HOW_TO_GET = (
    "A package is a folder <name>/<version> with model.onnx, manifest.json, golden.npz and README.md. "
    "Put packages there, or name another folder with EARMARK_MODELS_DIR or --models-dir; docs/models.md says how."
)


class ModelStore:
    """Reads `folder` at every call: a package that is added is there, one that is removed is gone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def references(self) -> list[str]:
        """`name@version` of every package folder, whether or not it is sound, by name, oldest first."""
        folders = [manifest.parent for manifest in self.folder.glob(f"*/*/{MANIFEST}")]
        return [f"{one.parent.name}@{one.name}" for one in sorted(folders, key=_age)]

    def package(self, reference: str) -> Package:
        """`name@version`, or `name` for its newest version. Raises UnknownModel, BrokenPackage.

        A newest version that is broken is refused, not passed over: the person who put it there wants to know.
        """
        name, version = parse_reference(reference)
        known = [one for one in self.references() if _is_version(parse_reference(one)[1])]
        candidates = [one for one in known if (one == reference if version else parse_reference(one)[0] == name)]
        if not known:
            raise NoModels(f"The models folder holds no package. {HOW_TO_GET}")
        if not candidates:
            raise UnknownModel(f"There is no model {reference!r}. There are: {', '.join(known)}.")
        return self._open(candidates[-1])

    def packages(self) -> list[Package | BrokenPackage]:
        """Every package; a broken one is listed as the error that says why."""
        return [self._open_or_error(reference) for reference in self.references()]

    def _open(self, reference: str) -> Package:
        name, version = parse_reference(reference)
        return Package(self.folder / name / str(version))

    def _open_or_error(self, reference: str) -> Package | BrokenPackage:
        try:
            return self._open(reference)
        except BrokenPackage as error:
            return error


def _is_version(name: str | None) -> bool:
    return name is not None and re.fullmatch(VERSION_PATTERN, name) is not None


def _age(folder: Path) -> tuple[str, bool, list[int], str]:
    """Sort key: versions by number, not by letter; folders that are no version come first, and are never the newest."""
    is_version = _is_version(folder.name)
    numbers = [int(part) for part in folder.name.split(".")] if is_version else []
    return folder.parent.name, is_version, numbers, folder.name
