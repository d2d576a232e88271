"""A stand-in for the base image that the Dockerfile names: Debian with its own Python, made by debootstrap."""

import shutil
import subprocess
from pathlib import Path

PACKAGES = ("ca-certificates", "python3", "python3-venv")
SUITE = "bookworm"
UNUSED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "var/lib/apt/lists", "var/cache/apt")
"""Gone from the real one, too."""
KEEP_NOTHING = 'Dir::Cache::pkgcache "";\nDir::Cache::srcpkgcache "";\nAPT::Keep-Downloaded-Packages "false";\n'
"""As the real one tells apt."""


def make_root(folder: Path) -> None:
    """A root file system with python3 where the real image has it."""
    include = f"--include={','.join(PACKAGES)}"
    subprocess.run(["debootstrap", "--variant=minbase", include, SUITE, folder], check=True)
    for name in UNUSED:
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(parents=True)
    (folder / "etc/apt/apt.conf.d/keep-nothing").write_text(KEEP_NOTHING)
    for cache in (folder / "usr/lib").glob("python3*/**/__pycache__"):
        shutil.rmtree(cache)
    for name in ("python", "python3"):
        (folder / "usr/local/bin" / name).symlink_to("/usr/bin/python3")
