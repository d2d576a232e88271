"""How many processors this process may really use: the affinity mask and the cgroup's quota, not the machine."""

import math
import os
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")
_QUOTA_FILES = (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us"))
"""Files of cgroup v2, and of v1: a quota and its period, in microseconds."""


def usable_cpus(cgroup: Path = _CGROUP) -> int:
    """At least 1. A quota of 1.5 processors counts as 2: two workers then share it without idling."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for names in _QUOTA_FILES:
        try:
            quota, period = map(int, " ".join((cgroup / name).read_text() for name in names).split())
        except (OSError, ValueError):  # there is none, or it is "max"
            continue
        if quota > 0:  # -1 of v1 sets none
            return max(1, min(allowed, math.ceil(quota / period)))
    return allowed
