"""Which answers are taken for which others: of labels that exclude each other, or of all their combinations."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from training.evaluation.multiclass import confusion
from training.evaluation.scores import Scores

MOST_COMBINED = 3
"""Labels whose combinations fit a table; there are eight of three."""
NONE = "none"


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """`counts` int64 (answers, answers): rows are the truth, columns what was said."""

    answers: tuple[str, ...]
    counts: NDArray[np.int64]


def of_one_label(scores: Scores) -> Confusion:
    """For softmax."""
    return Confusion(scores.labels, confusion(scores.truth, scores.said, len(scores.labels)))


def of_combinations(scores: Scores) -> Confusion | None:
    """For sigmoids, over what is known of in every label; None if there are too many of them."""
    width = len(scores.labels)
    if width > MOST_COMBINED:
        return None
    sets = [chosen for size in range(width + 1) for chosen in combinations(range(width), size)]
    place = np.zeros(2**width, dtype=np.int64)
    place[[sum(1 << label for label in chosen) for chosen in sets]] = np.arange(len(sets))
    known = ~np.isnan(scores.targets).any(axis=1)
    truth, said = (
        place[(holds[known].astype(np.int64) << np.arange(width)).sum(axis=1)]
        for holds in (scores.targets == 1, scores.decided)
    )
    names = tuple(" and ".join(scores.labels[label] for label in chosen) or NONE for chosen in sets)
    return Confusion(names, confusion(truth, said, len(sets)))
