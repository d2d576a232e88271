"""What is accepted. An upload is hostile: a small file may hold a long, wide or oddly sampled sound."""

from dataclasses import dataclass

from service.errors import TooLong, UnsupportedChannels, UnsupportedSampleRate


@dataclass(frozen=True, slots=True)
class Limits:
    max_channels: int = 8
    """7.1 surround; one hour of eight channels already decodes from 1 MB to 5 GB."""
    min_sample_rate_hz: int = 4_000
    """Below it nothing is left that the models could tell apart."""
    max_sample_rate_hz: int = 192_000
    """The highest rate that recorders offer; anything above costs time and carries no sound."""
    max_duration_seconds: float = 4 * 3600.0
    """A long concert; two hours of silent FLAC are 176 KB, so bytes alone are no limit."""

    def check_layout(self, channels: int, sample_rate: int) -> None:
        if not 1 <= channels <= self.max_channels:
            raise UnsupportedChannels(f"The file has {channels} channels; 1 to {self.max_channels} are accepted.")
        if not self.min_sample_rate_hz <= sample_rate <= self.max_sample_rate_hz:
            raise UnsupportedSampleRate(
                f"The sample rate is {sample_rate} Hz; "
                f"{self.min_sample_rate_hz} to {self.max_sample_rate_hz} Hz are accepted."
            )

    def check_duration(self, decoded_seconds: float, claimed_seconds: float | None) -> None:
        """Counts what was decoded; the header only helps to say how long the file claims to be."""
        if decoded_seconds <= self.max_duration_seconds:
            return
        length = "lasts longer than that"
        if claimed_seconds is not None and claimed_seconds > self.max_duration_seconds:
            length = f"lasts {claimed_seconds:.1f} s by its header"
        raise TooLong(
            f"At most {self.max_duration_seconds:.0f} s of sound are accepted; this file {length}. "
            "Cut it, or analyse its beginning with end_seconds."
        )
