"""`training cascade`: what a second network does with what a first one called music."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from service.inference.package import MANIFEST
from training.commands.errors import told_plainly
from training.embedding.cascade_files import write_cascade
from training.embedding.cascade_report import cascade_report, track_shares
from training.embedding.second_network import HeldOutNetwork, PackagedNetwork, SecondNetwork
from training.evaluation.predictions import Predictions, PredictionsError

PREDICTIONS = "predictions.npz"


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
