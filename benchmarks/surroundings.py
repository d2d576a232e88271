"""What a number depends on besides the code: versions, processors, the day."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

PACKAGES = ("numpy", "scipy", "soundfile", "soxr", "av", "onnxruntime", "librosa")


def surroundings() -> dict[str, Any]:
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "load_average": os.getloadavg(),
        "versions": {name: version(name) for name in PACKAGES},
    }
