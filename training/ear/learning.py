"""Learning the gate: a head on the ear as it is, a light tuning of the ear with it, and the head anew on what came out.

Each learning is a task of its own for a process of its own, and keeps what it has done in its folder.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from training.augment.augment_plan import AugmentPlan
from training.cache.file_cache import FULL_SCALE, SoundCache
from training.ear.ear_recipe import GateRecipe
from training.ear.network import FRAMES, FRONT_END, STEPS, Ear, Tags
from training.ear.steps_head import SingingEvidence, StepsHead, audible_steps, fit_steps_head
from training.ear.strings import LABELS, Pool, StringMaterial, StringPlan, string, windows_in
from training.ear.tuning import Tuned, frames_of, tune
from training.examples import Example
from training.fit.checkpoint import save_whole
from training.recipe import RecipeError

KEPT = "gate.pt"
_AT_ONCE = 16
"""Windows that the ear hears in one batch."""


@dataclass(frozen=True, slots=True)
class GateLesson:
    """`examples` are all that is learned from; `ear` and `tags` are begun with, and left as they are."""

    examples: tuple[Example, ...]
    sounds: SoundCache
    ear: Ear
    tags: Tags
    singing: tuple[int, ...]
    """Which of the tags say that somebody sings; none of them if the tags know nothing."""
    recipe: GateRecipe
    augment: AugmentPlan
    """What the pieces of strings go through."""
    seed: int
    folder: Path
    tunes: bool = True
    """Whether the ear is tuned, if the recipe says so; else the head alone is fitted."""
    strings: int = 1


def learn(lesson: GateLesson) -> Path:
    """The file of what was learned, see `load`. Made once; a tuning resumes after its last epoch."""
    kept = lesson.folder / KEPT
    if kept.is_file():
        return kept
    torch.set_num_threads(1)  # lessons are learned side by side
    lesson.folder.mkdir(parents=True, exist_ok=True)
    material = material_of(lesson.examples, lesson.sounds)
    ear, tags, plan = lesson.ear, lesson.tags, lesson.recipe.tuning
    if plan and lesson.tunes:
        first = _head(lesson, ear, tags, material, lesson.recipe.first_strings)
        tuned = tune(ear, tags, first, material, plan, lesson.seed, lesson.folder)
        ear, tags = tuned.ear, tuned.tags
    head = _head(lesson, ear, tags, material, lesson.strings, whole=True)
    save_whole(kept, [one.state_dict() for one in (ear, tags, head)])
    return kept


def load(lesson: GateLesson) -> Tuned:
    """What `learn` has kept."""
    states = torch.load(lesson.folder / KEPT, map_location="cpu", weights_only=True)
    ear, tags = copy.deepcopy(lesson.ear), copy.deepcopy(lesson.tags)
    head = StepsHead(ear.step_width, len(LABELS), lesson.recipe.head, _singing(lesson, ear, tags))
    for network, state in zip((ear, tags, head), states, strict=True):
        network.load_state_dict(state)
        network.eval()
    return Tuned(ear, tags, head)


def material_of(examples: Sequence[Example], sounds: SoundCache) -> StringMaterial:
    """A pool for each corpus, of the clips that nothing is unknown of. Raises RecipeError if a side has none."""
    pools: dict[str, dict[str, list[NDArray[np.int16]]]] = {"music": {}, "speech": {}, "neither": {}}
    for one in examples:
        if np.isnan(one.targets).any() or one.targets.sum() > 1:
            continue
        side = "neither" if not one.targets.any() else LABELS[int(one.targets.argmax())]
        pools[side].setdefault(one.clip.corpus, []).append(sounds.samples(one.clip.path))
    for side, its in pools.items():
        if not its:
            raise RecipeError(f"The gate has no clip of {side} to learn from.")
    # A corpus of four times as many clips is heard twice as often.
    made = {
        side: tuple(Pool(name, clips, len(clips) ** 0.5) for name, clips in its.items()) for side, its in pools.items()
    }
    return StringMaterial(**made)


def steps_of(ear: Ear, samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32 (n,) at 16 kHz, a whole number of windows -> (windows, steps, step width)."""
    return steps_of_windows(ear, _windows(samples))


def steps_of_windows(ear: Ear, windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32 (windows, frames, bins) -> (windows, steps, step width)."""
    parts = [torch.from_numpy(windows[first : first + _AT_ONCE]) for first in range(0, len(windows), _AT_ONCE)]
    with torch.inference_mode():
        return np.concatenate([ear(part)[1].numpy() for part in parts])


def whole_windows(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """A recording as a whole number of windows: a short one is repeated, and the last window reaches back."""
    length = FRAMES * FRONT_END.hop_length
    whole = np.resize(samples, length) if len(samples) < length else samples
    rest = len(whole) % length
    if not rest:
        return whole
    ends = [whole[:-rest], whole[-length:]] if rest >= length // 10 else [whole[:-rest]]
    return np.concatenate(ends)


def samples_of(sounds: SoundCache, example: Example) -> NDArray[np.float32]:
    """float32 (n,)"""
    return sounds.samples(example.clip.path).astype(np.float32) / np.float32(FULL_SCALE)


def _singing(lesson: GateLesson, ear: Ear, tags: Tags) -> SingingEvidence | None:
    return SingingEvidence(ear, tags, lesson.singing) if lesson.singing else None


def _head(
    lesson: GateLesson, ear: Ear, tags: Tags, material: StringMaterial, strings: int, *, whole: bool = False
) -> StepsHead:
    """Fitted to strings, and if `whole` to the windows of whole recordings too: strings have few quiet stretches."""
    recipe = lesson.recipe
    plan = StringPlan(pieces=lesson.augment)
    recordings = lesson.examples if whole else ()
    per_string = windows_in(plan.seconds)
    longest = [-(-len(lesson.sounds.samples(one.clip.path)) // (FRAMES * FRONT_END.hop_length)) for one in recordings]
    most = strings * per_string + sum(max(1, count) for count in longest)
    path = lesson.folder / "steps.npy"
    heard = np.lib.format.open_memmap(path, "w+", np.float16, (most, STEPS, ear.step_width))
    truth = np.zeros((most, STEPS, len(LABELS)), np.float32)
    weights = np.zeros((most, STEPS), np.float32)
    at = 0
    for number in range(strings):
        made = string(material, plan, (lesson.seed, number))
        its = slice(at, at + per_string)
        heard[its], truth[its], weights[its] = steps_of(ear, made.samples), made.truth(), 1.0
        at += per_string
    for one in recordings:
        windows = _windows(whole_windows(samples_of(lesson.sounds, one)))
        its = slice(at, at + len(windows))
        heard[its], truth[its] = steps_of_windows(ear, windows), one.targets
        weights[its] = recipe.whole_weight * audible_steps(windows)
        at += len(windows)
    head = fit_steps_head(heard[:at], truth[:at], recipe.head, lesson.seed, weights[:at], _singing(lesson, ear, tags))
    del heard
    path.unlink()
    return head


def _windows(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32 (windows, frames, bins)"""
    frames = frames_of(samples)
    return frames[: len(frames) // FRAMES * FRAMES].reshape(-1, FRAMES, frames.shape[1])
