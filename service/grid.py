"""The chunk grid: one set of time spans for a whole file, and which window of sound a model hears for each."""

from dataclasses import dataclass

REST_SECONDS = 0.1
"""A rest at the end shorter than this belongs to the chunk before it: codecs append some milliseconds of padding."""


@dataclass(frozen=True, slots=True)
class Span:
    """A chunk: seconds from the start of what is analysed."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Grid:
    """Chunks of `chunk_seconds` every `hop_seconds` (hop <= chunk); the last one ends where the sound ends."""

    chunk_seconds: float
    hop_seconds: float

    def count(self, total_seconds: float) -> int:
        """How many chunks a sound of this length has: at least one."""
        behind_first = total_seconds - self.chunk_seconds
        if behind_first < REST_SECONDS:
            return 1
        whole_hops = int((behind_first + 1e-6) / self.hop_seconds)
        rest = behind_first - whole_hops * self.hop_seconds
        return 1 + whole_hops + (1 if rest >= REST_SECONDS else 0)

    def span(self, index: int, total_seconds: float) -> Span:
        """Chunk `index` of a sound whose length is known."""
        start = index * self.hop_seconds
        is_last = index == self.count(total_seconds) - 1
        return Span(start, total_seconds if is_last else start + self.chunk_seconds)

    def span_if_settled(self, index: int, heard_seconds: float) -> Span | None:
        """Chunk `index` once enough was heard that no end of the sound could change it any more."""
        end = index * self.hop_seconds + self.chunk_seconds
        return Span(index * self.hop_seconds, end) if heard_seconds >= end + REST_SECONDS else None


def window_starts(span: Span, window_seconds: float, total_seconds: float | None) -> list[float]:
    """Where the windows start that a model with windows of its own length hears for a chunk.

    A window as long as the chunk is the chunk itself. Much shorter ones are spread over it and averaged; one of about
    its length, or longer, is centred on it. None reaches beyond the sound (`total_seconds`, None while it goes on), if
    that is long enough: the last, partial chunk is judged by a full window that ends with the sound, without zeros.
    """
    latest = max(0.0, total_seconds - window_seconds) if total_seconds is not None else float("inf")
    count = max(1, round(span.seconds / window_seconds))
    spare = span.seconds - window_seconds
    starts = [span.start + spare / 2] if count == 1 else [span.start + i * spare / (count - 1) for i in range(count)]
    return [min(max(0.0, start), latest) for start in starts]
