"""Copies of one recording belong to one group, or a split by group would put them on both sides."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from training.clip import Clip
from training.inspection.inspection import Copy


def join_copies(clips: Sequence[Clip], copies: Iterable[Copy]) -> tuple[Clip, ...]:
    """The clips in their order; groups that copies connect, also by way of others, have the smallest of their names."""
    parents = {clip.group: clip.group for clip in clips}

    def root(group: str) -> str:
        while parents[group] != group:
            parents[group] = parents[parents[group]]
            group = parents[group]
        return group

    for copy in copies:
        smaller, larger = sorted((root(copy.first.group), root(copy.second.group)))
        parents[larger] = smaller
    return tuple(replace(clip, group=root(clip.group)) for clip in clips)
