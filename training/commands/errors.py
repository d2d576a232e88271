"""What a person can put right, told in one sentence instead of a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from training.augment.overlay import UnknownLabel
from training.cache.pack_index import PackError
from training.corpora.corpus import CorpusError
from training.embedding.embedder import EmbedderError
from training.evaluation.calibration import CalibrationError
from training.evaluation.predictions import PredictionsError
from training.export.errors import ExportError
from training.fit.alone import FolderInUse
from training.recipe import RecipeError
from training.splits import SplitError

PLAIN = (
    CalibrationError,
    CorpusError,
    EmbedderError,
    ExportError,
    FolderInUse,
    PackError,
    PredictionsError,
    RecipeError,
    SplitError,
    UnknownLabel,
)


@contextmanager
def told_plainly(console: Console) -> Iterator[None]:
    """Prints what was wrong and ends the program with status 2."""
    try:
        yield
    except PLAIN as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
