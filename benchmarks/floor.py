"""The floor: what decoding and resampling cost alone, by the decoder and the resampler that the whole answer uses."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.audio import av_decoder, soundfile_decoder
from service.audio.mix import to_mono
from service.audio.resample import Resampler
from service.audio.sniff import sniff
from service.audio.sound import no_checkpoint
from service.audio.stream import Track

TO_HZ = 16_000


@contextmanager
def bare_track(path: Path) -> Iterator[Track]:
    """The decoder of first choice, without anything that the service does around it."""
    with path.open("rb", buffering=0) as file:
        container = sniff(file)
        decoder = av_decoder if container.decoders[0] == "av" else soundfile_decoder
        with decoder.open_track(file, container, no_checkpoint) as track:
            yield track


def decode(path: Path) -> None:
    with bare_track(path) as track:
        for _ in track.blocks:
            pass


def floor(path: Path) -> None:
    """Decode, mix to mono (by one addition: the cheapest way), resample to 16 kHz."""
    with bare_track(path) as track:
        resampler = Resampler(track.sample_rate, TO_HZ)
        for block in track.blocks:
            resampler.push(to_mono(block))
        resampler.finish()
