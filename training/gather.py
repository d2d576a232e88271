"""Labelled clips that were heard: read, freed of what is broken, and grouped."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from rich.console import Console

from training.clip import Clip
from training.corpora.usable_clips import FaultPolicy
from training.examples import Example, examples_of, fits_a_source
from training.inspected import inspected
from training.labelled_recipe import LabelledRecipe
from training.progress import progress_bar


class Hearing(Protocol):
    """Makes and keeps of every file what is learned from."""

    def fill(
        self, paths: Iterable[Path], workers: int, on_path: Callable[[Path], None] = ..., /
    ) -> dict[Path, str]: ...


@dataclass(frozen=True, slots=True)
class Gathered:
    examples: tuple[Example, ...]
    fingerprint: str
    """Of the sound of all that is learned from, and of all that is said about it."""

    @property
    def clips(self) -> list[Clip]:
        return [example.clip for example in self.examples]


def gather(
    recipe: LabelledRecipe,
    folders: Sequence[Path],
    hearing: Hearing,
    workers: int,
    faults: FaultPolicy,
    console: Console,
) -> Gathered:
    """Hears what was not heard yet. Raises CorpusError, RecipeError.

    Only the clips that the recipe asks for are heard; those of a published evaluation set are left out."""
    found = inspected(folders, partial(_is_wanted, recipe), recipe.same_group_after, workers, console)
    with progress_bar(console, "listening", len(found.clips)) as advance:
        broken = hearing.fill([clip.path for clip in found.clips], workers, advance)
    usable = found.usable(broken, faults, console)
    lines = [f"{found.digests[one.path]}\t{one.corpus}\t{one.label}\t{one.group}" for one in usable]
    examples = examples_of(recipe, usable)
    return Gathered(tuple(examples), hashlib.sha256("\n".join(lines).encode()).hexdigest())


def _is_wanted(recipe: LabelledRecipe, clip: Clip) -> bool:
    return not clip.is_test and fits_a_source(recipe, clip)
