"""What to do about files that are missing or broken: go on without them, or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from training.clip import Clip
from training.corpora.corpus import CorpusError

FaultPolicy = Literal["skip", "refuse"]
MOST_NAMED = 5
"""Files that a message names; it gives the number of all."""


@dataclass(frozen=True, slots=True)
class UsableClips:
    clips: tuple[Clip, ...]
    report: str
    """What was skipped, over several lines; empty if nothing was."""


def usable_clips(
    clips: Sequence[Clip], missing: Sequence[Path], broken: Mapping[Path, str], policy: FaultPolicy
) -> UsableClips:
    """`clips` and `missing` as a corpus has them, `broken` as filling a cache returned them.

    Raises CorpusError if there are any faults and the policy is `refuse`, or if no clip is left.
    """
    left = tuple(clip for clip in clips if clip.path not in broken)
    faults = [*((path, "Listed, but not there.") for path in missing), *broken.items()]
    files = len({clip.path for clip in clips} | {path for path, _ in faults})
    found = f"{len(faults)} of {files} files cannot be used: {len(missing)} missing, {len(broken)} broken."
    lines = [found, *(f"  {path}: {reason}" for path, reason in faults[:MOST_NAMED])]
    if len(faults) > MOST_NAMED:
        lines.append(f"  and {len(faults) - MOST_NAMED} more; `training check` names all of them")
    report = "\n".join(lines) if faults else ""
    if faults and policy == "refuse":
        raise CorpusError(f"{report}\nRepair them, take them off the list, or choose to skip them.")
    if not left:
        raise CorpusError(report or "There are no clips.")
    return UsableClips(left, report)
