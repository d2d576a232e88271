"""What can embed sound, as the table `[embedder]` of a recipe says it. The file itself is given on the command line."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.features.kinds import AnyFrontEnd


class _Kind(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    learned_from: tuple[str, ...] = ()
    """Corpora whose labels it has learned already: numbers measured on them are no test results, and called so."""


class WaveformEmbedder(_Kind):
    """A TFLite file that hears one waveform at 16 kHz. Can be measured, not exported."""

    kind: Literal["waveform"] = "waveform"
    tensor: str | None = None
    """By its name inside; the file's output, if not given."""


class FramesEmbedder(_Kind):
    """An ONNX file with one input, float32 (batch, frames, bins), the batch free."""

    kind: Literal["frames"] = "frames"
    tensor: str | None = None
    """By its name inside; the file's first output, if not given."""
    front_end: AnyFrontEnd


class PackageEmbedder(_Kind):
    """A folder `<name>/<version>` as the service has them: an ear's embedding, or what the last layer is given."""

    kind: Literal["package"] = "package"
    learned_from: tuple[str, ...]


class VggishEmbedder(_Kind):
    """VGGish, with a file of published weights in torchvggish's layout."""

    kind: Literal["vggish"] = "vggish"


AnyEmbedder = Annotated[
    WaveformEmbedder | FramesEmbedder | PackageEmbedder | VggishEmbedder, Field(discriminator="kind")
]
