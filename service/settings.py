"""Every setting, from the environment (EARMARK_...) or a .env file. The program reads them once, when it starts."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.audio.accepted import Limits
from service.errors import InvalidSettings

PREFIX = "EARMARK_"
_DEFAULTS = Limits()


def _models_dir() -> Path:
    """The first folder with a cascade.json: that of the checkout, `models` where you are, or that of the wheel."""
    checkout = Path(__file__).resolve().parent.parent / "models"
    installed = Path(str(files("service"))) / "models"
    folders = (checkout, Path("models"), installed)
    return next((folder for folder in folders if (folder / "cascade.json").is_file()), Path("models"))


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", frozen=True, extra="ignore", use_attribute_docstrings=True
    )

    models_dir: Path = _models_dir()
    """Folder of model packages and cascade.json."""
    max_duration_seconds: Annotated[float, Field(gt=0)] = _DEFAULTS.max_duration_seconds
    """Longest sound that is decoded."""
    max_analysis_seconds: Annotated[float, Field(gt=0)] = 600.0
    """Longest wall time of one analysis; an hour of sound takes some five seconds."""
    max_chunks: Annotated[int, Field(ge=1)] = 50_000
    """Most chunks of one answer; each takes some 2 KB, and small hops over long sounds make many."""
    max_channels: Annotated[int, Field(ge=1, le=64)] = _DEFAULTS.max_channels
    """Most channels that a file may have."""
    min_sample_rate_hz: Annotated[int, Field(ge=1_000)] = _DEFAULTS.min_sample_rate_hz
    """Lowest sample rate that is accepted."""
    max_sample_rate_hz: Annotated[int, Field(le=768_000)] = _DEFAULTS.max_sample_rate_hz
    """Highest sample rate that is accepted."""

    @model_validator(mode="after")
    def _rates_are_in_order(self) -> Self:
        if self.min_sample_rate_hz > self.max_sample_rate_hz:
            raise ValueError(
                f"{PREFIX}MIN_SAMPLE_RATE_HZ is {self.min_sample_rate_hz}, more than "
                f"{PREFIX}MAX_SAMPLE_RATE_HZ, {self.max_sample_rate_hz}"
            )
        return self

    @property
    def limits(self) -> Limits:
        return Limits(self.max_channels, self.min_sample_rate_hz, self.max_sample_rate_hz, self.max_duration_seconds)

    @classmethod
    def read(cls, **overrides: Any) -> Self:
        """The settings, where `overrides` that are not None win. Raises InvalidSettings with one sentence each."""
        try:
            return cls(**{name: value for name, value in overrides.items() if value is not None})
        except ValidationError as error:
            raise InvalidSettings(" ".join(_sentence(item) for item in error.errors())) from None
        except (OSError, UnicodeDecodeError):
            raise InvalidSettings("The file .env cannot be read as text.") from None


def _sentence(item: Any) -> str:
    message = item["msg"].removeprefix("Value error, ")
    if not item["loc"]:
        return f"{message}."
    name = PREFIX + str(item["loc"][0]).upper()
    return f"{name} is {item['input']!r}: {message[0].lower()}{message[1:]}."
