"""How fast a network learns at each step, as a share of the recipe's learning rate."""

import math

from training.fit.plan import FitPlan

FIRST = 1 / 25
"""Where a warm-up begins."""
LAST = 1e-3
"""Where a cosine ends."""


def rate_at(step: int, steps: int, plan: FitPlan) -> float:
    """Share of `plan.learning_rate` in (0, 1]: rises from FIRST within the warm-up, then falls as the plan says."""
    warmup = round(plan.warmup * steps)
    if step < warmup:
        return FIRST + (1 - FIRST) * _half_cosine(step / warmup)
    if plan.schedule == "constant":
        return 1.0
    return 1 - (1 - LAST) * _half_cosine((step - warmup) / max(1, steps - warmup))


def _half_cosine(share: float) -> float:
    """From 0 to 1, flat at both ends."""
    return (1 - math.cos(math.pi * share)) / 2
