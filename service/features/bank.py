"""All front-ends of one analysis: each rate is resampled once, each front-end computed once, for all who ask."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from service.audio.measure import PEAKS_RATE_HZ, PeakMeter
from service.audio.resample import Resampler
from service.features.ear import Ear, EarFrontEnd, EarTrack
from service.features.framing import Frames, Samples
from service.features.frontend import FrontEnd
from service.features.track import FrameTrack, Track, track_of

NO_EARS: Mapping[str, Ear] = {}


class FeatureBank:
    """Fed with mono samples at the file's rate; answers with windows of frames, by seconds.

    `ears` has the network of each `EarFrontEnd`, by its reference. What an ear hears is shared with models that hear
    the same."""

    def __init__(
        self,
        sample_rate: int,
        front_ends: Iterable[FrontEnd | EarFrontEnd],
        peaks: PeakMeter | None = None,
        ears: Mapping[str, Ear] = NO_EARS,
    ) -> None:
        wanted = dict.fromkeys(front_ends)
        heads = [one for one in wanted if isinstance(one, EarFrontEnd)]
        plain = [one for one in wanted if not isinstance(one, EarFrontEnd)]
        heard = {head.model: ears[head.model] for head in heads}
        self._tracks: dict[FrontEnd, Track] = {
            front_end: track_of(front_end)
            for front_end in dict.fromkeys([*plain, *(ear.front_end for ear in heard.values())])
        }
        self._ears = {model: EarTrack(ear, self._frame_track(ear.front_end)) for model, ear in heard.items()}
        rates = {one.sample_rate for one in self._tracks} | ({PEAKS_RATE_HZ} if peaks else set())
        self._resamplers = {rate: Resampler(sample_rate, rate) for rate in rates}
        self._peaks = peaks

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
            self._peaks.push(at_rate[PEAKS_RATE_HZ])

    def finish(self) -> None:
        rests = {rate: resampler.finish() for rate, resampler in self._resamplers.items()}
        for front_end, track in self._tracks.items():
            track.push(rests[front_end.sample_rate])
            track.finish()
        if self._peaks:
            self._peaks.push(rests[PEAKS_RATE_HZ])
            self._peaks.finish()

    def window(self, front_end: FrontEnd, start_seconds: float, frames: int) -> Frames:
        """float32 (frames, bins) of the sound from `start_seconds`."""
        return self._tracks[front_end].window(start_seconds, frames)

    def windows(self, front_end: FrontEnd | EarFrontEnd, starts: Sequence[float], frames: int) -> NDArray[np.float32]:
        """float32 (len(starts), frames, bins), or what the ear makes of these windows; their length is its own."""
        if isinstance(front_end, EarFrontEnd):
            return self._ears[front_end.model].windows(front_end.output, starts)
        return np.stack([self.window(front_end, start, frames) for start in starts])

    def drop_before(self, seconds: float) -> None:
        for track in self._tracks.values():
            track.drop_before(seconds)
        for ear in self._ears.values():
            ear.drop_before(seconds)

    def _frame_track(self, front_end: FrontEnd) -> FrameTrack:
        track = self._tracks[front_end]
        assert isinstance(track, FrameTrack), "an ear hears frames, not descriptions of windows"
        return track


def window_of(
    front_end: FrontEnd | EarFrontEnd, samples: Samples, frames: int, ears: Mapping[str, Ear] = NO_EARS
) -> Frames:
    """What a model eats of the first window of a short sound, by the very code that serves files."""
    bank = FeatureBank(sample_rate_of(front_end, ears), [front_end], ears=ears)
    bank.push(samples)
    bank.finish()
    window: Frames = bank.windows(front_end, [0.0], frames)[0]
    return window


def sample_rate_of(front_end: FrontEnd | EarFrontEnd, ears: Mapping[str, Ear]) -> int:
    """Hz of the sound that it hears; of a head's, that of its ear."""
    return (ears[front_end.model].front_end if isinstance(front_end, EarFrontEnd) else front_end).sample_rate
