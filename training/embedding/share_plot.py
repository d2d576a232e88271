"""Which labels the chunks of one track have, by both networks."""

from pathlib import Path

from matplotlib.ticker import PercentFormatter

from training.embedding.cascade_report import TrackShares
from training.plot_style import BLUE, ORANGE, plain_grid, png, set_title

BAR_INCHES = 0.3
WIDTH_INCHES = 5.5


def shares_png(path: Path, track: TrackShares) -> None:
    parts = [
        ("Network one: all chunks", track.first, track.chunks, BLUE),
        (f"Network two: those called {track.music}", track.second, sum(track.second.values()), ORANGE),
    ]
    drawn = [part for part in parts if part[1]]
    with png(
        path, WIDTH_INCHES, 1.2 * len(drawn) + BAR_INCHES * sum(len(counts) for _, counts, _, _ in drawn)
    ) as figure:
        sides = figure.subplots(
            len(drawn), 1, sharex=True, squeeze=False, height_ratios=[len(counts) for _, counts, _, _ in drawn]
        )
        for axes, (title, counts, of, colour) in zip(sides[:, 0], drawn, strict=True):
            labels, shares = list(counts), [count / of for count in counts.values()]
            axes.barh(labels, shares, color=colour, height=0.7)
            axes.invert_yaxis()
            set_title(axes, title, WIDTH_INCHES)
            plain_grid(axes)
            axes.set_xlim(0, 1)
            axes.xaxis.set_major_formatter(PercentFormatter(1.0))
        sides[-1, 0].set_xlabel(f"of the chunks of {track.chunk_seconds:g} s of {track.name}")
