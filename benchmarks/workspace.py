"""The folder that benchmarks work in, with sounds that are made when they are first asked for; and the models."""

from pathlib import Path

from benchmarks.encode import ENCODINGS, repeat
from benchmarks.music import music
from service.settings import Settings

SHIPPED = Path(__file__).parents[1] / "models"
SECONDS = 300.0
MAX_SECONDS = 3 * 3600.0
"""The longest sound under test lasts two hours."""


class Workspace:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.models = SHIPPED
        self.settings = Settings(models_dir=self.models, max_duration_seconds=MAX_SECONDS)

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
