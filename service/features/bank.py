"""All front-ends of one analysis: each rate is resampled once, each front-end computed once, whoever asks."""

from collections.abc import Iterable

from service.audio.peaks import RATE_HZ, PeakMeter
from service.audio.resample import Resampler
from service.features.framing import Frames, Samples
from service.features.frontend import FrontEnd
from service.features.track import track_of


class FeatureBank:
    """Fed with mono samples at the file's rate; answers with windows of frames, by seconds."""

    def __init__(self, sample_rate: int, front_ends: Iterable[FrontEnd], peaks: PeakMeter | None = None) -> None:
        wanted = list(dict.fromkeys(front_ends))
        rates = {one.sample_rate for one in wanted} | ({RATE_HZ} if peaks else set())
        self._resamplers = {rate: Resampler(sample_rate, rate) for rate in rates}
        self._peaks = peaks
        self._tracks = {front_end: track_of(front_end) for front_end in wanted}

    @property
    def heard_seconds(self) -> float:
        """Up to here windows of every front-end can be asked for."""
        return min(track.heard_seconds for track in self._tracks.values())

    def push(self, samples: Samples) -> None:
        """float32 mono (n,) at the file's rate."""
        at_rate = {rate: resampler.push(samples) for rate, resampler in self._resamplers.items()}
        for front_end, track in self._tracks.items():
            track.push(at_rate[front_end.sample_rate])
        if self._peaks:
            self._peaks.push(at_rate[RATE_HZ])

    def finish(self) -> None:
        rests = {rate: resampler.finish() for rate, resampler in self._resamplers.items()}
        for front_end, track in self._tracks.items():
            track.push(rests[front_end.sample_rate])
            track.finish()
        if self._peaks:
            self._peaks.push(rests[RATE_HZ])
            self._peaks.finish()

    def window(self, front_end: FrontEnd, start_seconds: float, frames: int) -> Frames:
        """float32 (frames, bins) of the sound from `start_seconds`."""
        return self._tracks[front_end].window(start_seconds, frames)

    def drop_before(self, seconds: float) -> None:
        for track in self._tracks.values():
            track.drop_before(seconds)


def window_of(front_end: FrontEnd, samples: Samples, frames: int) -> Frames:
    """The first window of a short sound, float32 (frames, bins), by the very code that serves files."""
    bank = FeatureBank(front_end.sample_rate, [front_end])
    bank.push(samples)
    bank.finish()
    return bank.window(front_end, 0.0, frames)
