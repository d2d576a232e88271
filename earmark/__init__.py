"""Earmark for your own programs: what is in an audio file?

>>> from earmark import Engine
>>> engine = Engine.load()  # once: it verifies the models and keeps them in memory
>>> report = engine.analyse("song.mp3")
>>> report.label
'music/rock'

A `Report` has all that the service answers: gate, genre and scene, tags, segments, chunks. `Options` change one
analysis, `Settings` the limits and the models folder. Everything that can go wrong is an `EarmarkError`; the module
`errors` has the whole tree. docs/python.md has more examples. Other modules of `service` may change from one version to
the next.
"""

from importlib.metadata import version

from service import errors
from service.analysis import Analysis
from service.engine import Engine
from service.errors import EarmarkError
from service.settings import Settings
from service.types import (
    AudioInfo,
    BranchAverage,
    Chunk,
    LabelProbability,
    Options,
    Progress,
    Report,
    Segment,
)

__version__ = version("earmark")

__all__ = [
    "Analysis",
    "AudioInfo",
    "BranchAverage",
    "Chunk",
    "EarmarkError",
    "Engine",
    "LabelProbability",
    "Options",
    "Progress",
    "Report",
    "Segment",
    "Settings",
    "__version__",
    "errors",
]
