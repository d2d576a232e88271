"""What takes the room in an image."""

import os
from collections.abc import Iterator
from pathlib import Path

MEGABYTE = 1_000_000
SMALL_BYTES = 3 * MEGABYTE
PACKAGES = Path("opt/earmark/lib/python3.11/site-packages")


def size_of(path: Path) -> int:
    """Bytes of the files below, each once."""
    if path.is_file() and not path.is_symlink():
        return path.stat().st_size
    seen = {}
    for folder, _, names in os.walk(path):
        for name in names:
            status = (Path(folder) / name).lstat()
            seen[status.st_ino] = status.st_size
    return sum(seen.values())


def parts(root: Path) -> dict[str, int]:
    """Bytes by what they are for; Python packages that are small, together."""
    sizes = dict(_packages(root / PACKAGES))
    found = {name: size for name, size in sizes.items() if size >= SMALL_BYTES}
    found["other packages"] = sum(sizes.values()) - sum(found.values())
    found["models"] = size_of(root / "models")
    found["base image"] = size_of(root) - size_of(root / "opt") - found["models"]
    return dict(sorted(found.items(), key=lambda part: -part[1]))


def _packages(folder: Path) -> Iterator[tuple[str, int]]:
    """A package and the libraries that came with it, as one."""
    sizes: dict[str, int] = {}
    for path in folder.iterdir():
        name = path.name.split("-")[0].removesuffix(".libs").removesuffix(".py").strip("_").removesuffix("_data")
        sizes[name] = sizes.get(name, 0) + size_of(path)
    yield from sizes.items()


def table(sizes: dict[str, int]) -> str:
    lines = [f"| {name} | {size / MEGABYTE:.1f} |" for name, size in sizes.items()]
    return "\n".join(["| part | MB |", "|---|---:|", *lines, f"| sum | {sum(sizes.values()) / MEGABYTE:.1f} |"])
