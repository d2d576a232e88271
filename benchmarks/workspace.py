"""The folder that benchmarks work in: models and sounds, each made when it is first asked for."""

from functools import cached_property
from pathlib import Path

from benchmarks.encode import ENCODINGS, repeat
from benchmarks.music import music
from benchmarks.network import Network
from benchmarks.stand_in import write_stand_ins
from service.settings import Settings

SECONDS = 300.0
MAX_SECONDS = 3 * 3600.0
"""The longest sound under test lasts two hours."""


class Workspace:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.models = folder / "models"

    @cached_property
    def network(self) -> Network:
        """The stand-in networks' size; asking for it writes `models`."""
        return write_stand_ins(self.models)

    @cached_property
    def settings(self) -> Settings:
        _ = self.network
        return Settings(models_dir=self.models, max_duration_seconds=MAX_SECONDS)

    def sound(self, extension: str, seconds: float = SECONDS) -> Path:
        """The same music in any format, encoded once."""
        path = self._folder / f"{seconds:g}.{extension}"
        if not path.exists():
            (encoding,) = (one for one in ENCODINGS if one.extension == extension)
            encoding.write(path, music(seconds, encoding.sample_rate))
        return path

    def long_sound(self, extension: str, minutes: int) -> Path:
        """The five minutes over and over."""
        path = self._folder / f"{minutes}min.{extension}"
        if not path.exists():
            repeat(self.sound(extension), path, times=round(minutes * 60 / SECONDS))
        return path
