"""One model package on disk, read but not run: what it says of itself."""

from pathlib import Path

from pydantic import ValidationError

from service.errors import BrokenPackage
from service.inference.manifest import EarManifest, Manifest, explain, read_manifest

MODEL, MANIFEST, GOLDEN, CARD = "model.onnx", "manifest.json", "golden.npz", "README.md"


class Package:
    """A folder `<name>/<version>`. Cheap to read; `verified` checks everything and makes it run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reference = f"{folder.parent.name}@{folder.name}"
        self.manifest = self._read_manifest()

    @property
    def model_manifest(self) -> Manifest:
        """The manifest of a package that names labels. Raises BrokenPackage of an ear."""
        if isinstance(self.manifest, EarManifest):
            raise self.broken("it is an ear, which names nothing; the cascade needs its heads")
        return self.manifest

    def card(self) -> str:
        return self.read(CARD).decode("utf-8", errors="replace")

    def read(self, name: str) -> bytes:
        try:
            return (self.folder / name).read_bytes()
        except OSError:
            raise self.broken(f"{name} is missing or cannot be read") from None

    def broken(self, reason: str) -> BrokenPackage:
        return BrokenPackage(f"Model package {self.reference} is refused: {reason}.")

    def _read_manifest(self) -> Manifest | EarManifest:
        try:
            manifest = read_manifest(self.read(MANIFEST))
        except ValidationError as error:
            raise self.broken(f"{MANIFEST} is not valid: {explain(error)}") from None
        if manifest.reference != self.reference:
            raise self.broken(f"{MANIFEST} calls it {manifest.reference}, its folder {self.reference}")
        return manifest
