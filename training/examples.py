"""What a recipe makes of a corpus: which clips are learned from, and which of the model's labels hold for each."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from training.corpora.corpus import Clip
from training.recipe import RecipeError, Source


@dataclass(frozen=True, slots=True)
class Example:
    """`targets` float32 (labels,): 1 holds, 0 does not, NaN unknown."""

    clip: Clip
    targets: NDArray[np.float32]
    measured: bool = True
    start_seconds: float = 0.0
    seconds: float | None = None
    """From the start; to the end of the clip, if not given."""

    @property
    def name(self) -> str:
        """Unique within the corpus."""
        clip = self.clip.name
        return clip if self.seconds is None else f"{clip} from {self.start_seconds:g} s"

    def part_of(self, rows: NDArray[Any], rate: float) -> NDArray[Any]:
        """This example's part of the clip's samples or frames; a second has `rate` of them."""
        start = round(self.start_seconds * rate)
        return rows[start:] if self.seconds is None else rows[start : start + round(self.seconds * rate)]

    @property
    def stratum(self) -> str:
        """What a split spreads evenly: the same corpus, the same targets."""
        return f"{self.clip.corpus}: {self.targets.tolist()}"


def file_named(name: str) -> str:
    """What the name of an example is without its place in the file."""
    return re.sub(r" from \S+ s$", "", name)


class Labelling(Protocol):
    """What recipes of every kind say of labels."""

    @property
    def name(self) -> str: ...
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def sources(self) -> tuple[Source, ...]: ...


def examples_in(recipe: Labelling, clips: Sequence[Clip]) -> list[Example]:
    """In the order of the clips; those that no source fits are left out."""
    return [
        Example(clip, _targets(recipe, source, clip), source.measured)
        for clip in clips
        if (source := _source_of(recipe, clip))
    ]


def examples_of(recipe: Labelling, clips: Sequence[Clip]) -> list[Example]:
    """The same. Raises RecipeError if a label or a source has none, or if two clips cannot be told apart."""
    examples = examples_in(recipe, clips)
    twice = Counter((example.clip.corpus, example.name) for example in examples).most_common(1)
    if twice and twice[0][1] > 1:
        corpus, name = twice[0][0]
        raise RecipeError(f"Two clips of {corpus} are called {name}; give each folder once, and other names to others.")
    used = {_source_of(recipe, clip) for clip in clips}
    for source in recipe.sources:
        if source not in used:
            which = f"{source.corpus}: {', '.join(source.labels)}" if source.labels else source.corpus
            raise RecipeError(f"No clip is left for the source {which}. The data has {_corpora(clips)}.")
    for index, label in enumerate(recipe.labels):
        if not any(example.targets[index] == 1 for example in examples):
            raise RecipeError(f"No clip has the label {label!r}. The data has {_corpora(clips)}.")
    return examples


def fits_a_source(recipe: Labelling, clip: Clip) -> bool:
    return _source_of(recipe, clip) is not None


def _source_of(recipe: Labelling, clip: Clip) -> Source | None:
    return next((one for one in recipe.sources if one.fits(clip.corpus, clip.label)), None)


def _targets(recipe: Labelling, source: Source, clip: Clip) -> NDArray[np.float32]:
    holds = (clip.label,) if source.holds is None else source.holds
    strangers = set(holds) - set(recipe.labels)
    if strangers:
        raise RecipeError(f"{clip.path.name} is {', '.join(strangers)}, which is no label of {recipe.name}.")
    values = [np.nan if label in source.unknown else float(label in holds) for label in recipe.labels]
    return np.array(values, dtype=np.float32)


def _corpora(clips: Sequence[Clip]) -> str:
    return ", ".join(sorted({clip.corpus for clip in clips})) or "no clips"
