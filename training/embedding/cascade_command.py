"""`training cascade`: what two networks in a row did, as text to read, tables to count in, and pictures."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from matplotlib.ticker import PercentFormatter
from rich.console import Console

from service.inference.package import MANIFEST
from training.commands.command_line import told_plainly
from training.embedding.cascade_report import (
    CascadeReport,
    HeldOutNetwork,
    PackagedNetwork,
    SecondNetwork,
    TrackShares,
    cascade_report,
    track_shares,
)
from training.evaluation.evaluation_plots import confusion_png
from training.evaluation.held_out_metrics import LEAKY
from training.evaluation.metrics_report import confusion_csv
from training.evaluation.predictions import Predictions, PredictionsError
from training.plot_style import BLUE, ORANGE, plain_grid, png, set_title

PREDICTIONS = "predictions.npz"
CALLED_HEADER = ("corpus", "group", "file", "is it", "probability", "truth", "said", "with probability")
BAR_INCHES = 0.3
WIDTH_INCHES = 5.5


def cascade(
    first: Annotated[Path, typer.Argument(help="Folder of network one's run, with its held-out predictions.")],
    second: Annotated[Path, typer.Argument(help="Folder of network two's run, or of a package.")],
    data: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of a corpus that a package hears; repeatable.", show_default="none"),
    ] = None,
    music: Annotated[str, typer.Option(help="Network one's label that lets through.")] = "music",
    track: Annotated[
        Path | None,
        typer.Option(help="A sound file that two packages are to hear chunk by chunk.", show_default="none"),
    ] = None,
    first_package: Annotated[
        Path | None, typer.Option(help="Network one's package, for the track.", show_default="none")
    ] = None,
    second_package: Annotated[
        Path | None, typer.Option(help="Network two's package, for the track.", show_default="SECOND, if it is one")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder that the report is written into.")] = Path("build/runs/cascade"),
) -> None:
    """Reports which files network one called music, what network two says of them, and both on one track."""
    with told_plainly(Console(stderr=True)):
        report = cascade_report(_predictions(first), music, _second(second, data or []))
        shares = None
        if track is not None:
            hearing = second_package or (second if (second / MANIFEST).is_file() else None)
            if first_package is None or hearing is None:
                raise PredictionsError(
                    "A track is heard by two packages: name them with --first-package and --second-package."
                )
            shares = track_shares(track, first_package, hearing, music)
        text = write_cascade(out, report, shares)
    Console().print(text, markup=False, highlight=False, soft_wrap=True, end="")
    Console().print(f"Written: {out}", markup=False, soft_wrap=True)


def _predictions(run: Path) -> Predictions:
    path = run / PREDICTIONS
    if not path.is_file():
        raise PredictionsError(f"{run} has no {PREDICTIONS}; name the folder of a run that was evaluated.")
    return Predictions.load(path)


def _second(folder: Path, data: list[Path]) -> SecondNetwork:
    if (folder / MANIFEST).is_file():
        if not data:
            raise PredictionsError(f"{folder} is a package: say with --data where the files are that it shall hear.")
        return PackagedNetwork(folder, data)
    return HeldOutNetwork(_predictions(folder))


def write_cascade(folder: Path, report: CascadeReport, track: TrackShares | None) -> str:
    """cascade.txt, called.csv, confusion.csv, confusion.png, and of a track track.csv and track.png; gives the text."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n\n".join([cascade_text(report), *([track_text(track)] if track else [])]) + "\n"
    (folder / "cascade.txt").write_text(text, encoding="utf-8")
    _write_csv(folder / "called.csv", [CALLED_HEADER, *_called(report)])
    (folder / "confusion.csv").write_text(confusion_csv(report.confusion), encoding="utf-8")
    title = f"What network one called {report.music}"
    confusion_png(folder / "confusion.png", report.confusion, title)
    if track:
        _write_csv(folder / "track.csv", [("network", "label", "chunks", "share"), *_shares(track)])
        shares_png(folder / "track.png", track)
    return text


def cascade_text(report: CascadeReport) -> str:
    warning = [f"{LEAKY}split: what network one let through is no test result."] if report.leaks else []
    unasked = sum(one.answer is None for one in report.called)
    left = [f"Network two cannot tell of {unasked} of them."] if unasked else []
    one = f"Network one ({report.split}) called {len(report.called)} of {report.files} files {report.music}"
    lines = [
        *warning,
        f"{one}: {report.hits} of {report.music_files} that are, and {report.false_alarms} that are not.",
        *left,
        _right(report),
        report.note,
        "",
        "Truth, and how often network two said what:",
        *_confusions(report),
    ]
    return "\n".join(lines)


def track_text(track: TrackShares) -> str:
    whole = f"{track.name}: {track.chunks} chunks of {track.chunk_seconds:g} s"
    lines = [
        f"{whole}; mean probability of {track.music}: {track.mean_probability:.1%}.",
        *(f"  network {number}: {label} {count} ({share:.1%})" for number, label, count, share in _counts(track)),
    ]
    return "\n".join(lines)


def _right(report: CascadeReport) -> str:
    if report.accuracy is None:
        return "Network two answered to none of them."
    bounds = f" (95 %, by group: {report.interval[0]:.3f} to {report.interval[1]:.3f})" if report.interval else ""
    return (
        f"Network two was right about {report.accuracy:.3f} of the {int(report.confusion.counts.sum())} files{bounds}."
    )


def _confusions(report: CascadeReport) -> list[str]:
    lines = []
    answers = report.confusion.answers
    for label, counts in zip(answers, report.confusion.counts.tolist(), strict=True):
        said = sorted(((count, other) for other, count in zip(answers, counts, strict=True) if count))[::-1]
        if said:
            lines.append(f"  {label}: {', '.join(f'{other} {count}' for count, other in said)}")
    return lines


def _called(report: CascadeReport) -> Iterable[Sequence[str]]:
    for one in report.called:
        is_one = {True: "yes", False: "no", None: ""}[one.is_one]
        answer = one.answer
        columns = (answer.truth, answer.said, f"{answer.probability:.3f}") if answer else ("", "", "")
        yield one.corpus, one.group, one.name, is_one, f"{one.probability:.3f}", *columns


def _counts(track: TrackShares) -> Iterable[tuple[str, str, int, float]]:
    for number, counts, of in (
        ("one", track.first, track.chunks),
        ("two", track.second, sum(track.second.values())),
    ):
        for label, count in counts.items():
            yield number, label, count, count / of


def _shares(track: TrackShares) -> Iterable[Sequence[str]]:
    for number, label, count, share in _counts(track):
        yield number, label, str(count), f"{share:.4f}"


def _write_csv(path: Path, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


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
