"""The folder of one run: what it was asked, on what machine, how long each part took, and everything that came out."""

import json
import platform
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import torch
from pydantic import BaseModel

from service.cpus import usable_cpus
from training.fit.fitting import best_device
from training.recipe import RecipeError

PACKAGES = ("numpy", "onnx", "onnxruntime", "scikit-learn", "scipy", "soxr", "torch")


@dataclass(frozen=True, slots=True)
class RunFolder:
    path: Path

    @classmethod
    def open(
        cls, path: Path, recipe: BaseModel, data_fingerprint: str, weights_digest: str | None = None
    ) -> "RunFolder":
        """Goes on with the run that is in the folder. Raises RecipeError if that was another one."""
        path.mkdir(parents=True, exist_ok=True)
        asked = {"recipe": recipe.model_dump(mode="json"), "data": data_fingerprint, "weights": weights_digest}
        config = path / "config.json"
        if config.is_file():
            before = json.loads(config.read_text(encoding="utf-8"))
            changed = [key for key in asked if before.get(key) != asked[key]]
            if changed:
                raise RecipeError(
                    f"{path} holds a run with another {' and '.join(changed)}. Choose another folder, or delete it."
                )
        config.write_text(json.dumps(asked, indent=2) + "\n", encoding="utf-8")
        folder = cls(path)
        environment = {"device": folder.device, **_environment()}
        (path / "environment.json").write_text(json.dumps(environment, indent=2) + "\n", encoding="utf-8")
        return folder

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Adds a line to times.csv. A part that was interrupted and goes on has several."""
        wall, cpu = time.monotonic(), _cpu_seconds()
        try:
            yield
        finally:
            with (self.path / "times.csv").open("a", encoding="utf-8") as file:
                file.write(f"{part},{time.monotonic() - wall:.1f},{_cpu_seconds() - cpu:.1f}\n")

    @property
    def device(self) -> str:
        """Where it computes, in words."""
        device = best_device()
        if device.type == "cuda":
            return torch.cuda.get_device_name(device)
        return f"{usable_cpus()} processor cores ({platform.machine()})"

    def seconds(self) -> float:
        """Wall time of all parts so far; interruptions are not counted."""
        lines = (self.path / "times.csv").read_text(encoding="utf-8").splitlines()
        return sum(float(line.split(",")[1]) for line in lines)


def _environment() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        **{package: version(package) for package in PACKAGES},
    }


def _cpu_seconds() -> float:
    """Time of this process and of those that it has waited for."""
    times = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in times)
