"""A stretch of sound on its way into training, with what is known of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.audio.stream import Samples


@dataclass(frozen=True, slots=True)
class Take:
    """`samples` float32 (n,), mono, `sample_rate` of them a second; `targets` float32 (labels,): 1 holds, 0 does not,
    NaN is unknown; a mixture may have values between."""

    samples: Samples
    targets: NDArray[np.float32]
    sample_rate: int
