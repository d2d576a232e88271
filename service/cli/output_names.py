"""What the answers are called in an output folder: no two alike, none outside of it."""

import os
from collections.abc import Sequence
from pathlib import PurePath

from service.cli.inputs import Input


def output_names(inputs: Sequence[Input]) -> list[PurePath]:
    """Each input's own name; where two are alike, every name with its folders below the folder that all share."""
    names = [one.output_name for one in inputs]
    if len(set(names)) == len(names):
        return names
    parents = [os.path.realpath(one.path.parent) for one in inputs]
    shared = os.path.commonpath(parents)
    return [PurePath(parent).relative_to(shared) / one.path.name for parent, one in zip(parents, inputs, strict=True)]
