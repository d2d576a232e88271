"""Which items test what was learned from the others: no group is on both sides, labels are as even as that allows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def grouped_folds(labels: Sequence[str], groups: Sequence[str], folds: int, seed: int) -> NDArray[np.int64]:
    """(items,): the fold, from 0 on, in which each item is held out.

    Large groups are placed first, each where the labels stay most even. Raises ValueError if a label has too few groups
    to be in two folds, since it could not be measured."""
    names, members = np.unique(np.asarray(groups), return_inverse=True)
    kinds, kind_of = np.unique(np.asarray(labels), return_inverse=True)
    counts = np.zeros((len(names), len(kinds)))
    np.add.at(counts, (members, kind_of), 1)
    for kind, spread in zip(kinds.tolist(), (counts > 0).sum(axis=0).tolist(), strict=True):
        if spread < 2:
            raise ValueError(f"Label {kind!r} has {spread} group; 2 are needed, so that one can be held out.")
    shares = counts / counts.sum(axis=0)
    order = np.random.default_rng(seed).permutation(len(names))
    order = order[np.argsort(-counts[order].sum(axis=1), kind="stable")]
    filled, placed = np.zeros((folds, len(kinds))), np.empty(len(names), np.int64)
    for group in order.tolist():
        # Among folds that lack this group's labels alike, the one with the fewest items of any kind.
        load = (filled * (shares[group] > 0)).sum(axis=1)
        placed[group] = np.lexsort((filled.sum(axis=1), load))[0]
        filled[placed[group]] += shares[group]
    return placed[members]
