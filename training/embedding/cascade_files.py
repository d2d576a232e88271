"""What two networks in a row did, as text to read, tables to count in, and pictures."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from training.embedding.cascade_report import CascadeReport, TrackShares
from training.embedding.share_plot import shares_png
from training.evaluation.confusion_plot import confusion_png
from training.evaluation.measure import LEAKY
from training.evaluation.report_text import confusion_csv

CALLED_HEADER = ("corpus", "group", "file", "is it", "probability", "truth", "said", "with probability")


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
        told = (answer.truth, answer.said, f"{answer.probability:.3f}") if answer else ("", "", "")
        yield one.corpus, one.group, one.name, is_one, f"{one.probability:.3f}", *told


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
