"""Images, built from the Dockerfile by buildah: without a daemon, and all in one folder."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.container.base_image import make_root
from tests.container.pip_access import as_file, folders, pip_settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "Dockerfile"


@dataclass(frozen=True, slots=True)
class Images:
    folder: Path

    def build(self, target: str) -> str:
        """The name of the image that the Dockerfile's target makes, with layers of earlier builds where they fit."""
        self._ensure_base()
        settings = pip_settings()
        name = f"localhost/earmark-{target}"
        with TemporaryDirectory() as secrets:
            pip_conf = Path(secrets) / "pip.conf"
            pip_conf.write_text(as_file(settings))
            command = ["build", "--isolation=chroot", "--format=docker", "--pull-never", "--layers"]
            command += [f"--volume={path}:{path}:ro" for path in sorted(set(folders(settings)))]
            command += [f"--secret=id=pip,src={pip_conf}", f"--target={target}", f"--tag={name}", str(ROOT)]
            self._buildah(*command)
        return name

    def config(self, image: str) -> Any:
        """What the image says of itself: Env, User, Cmd, Healthcheck ..."""
        return json.loads(self._buildah("inspect", "--type=image", image))["Docker"]["config"]

    def layers(self, image: str) -> list[str]:
        """The digests of its layers, from the base up."""
        digests: list[str] = json.loads(self._buildah("inspect", "--type=image", image))["OCIv1"]["rootfs"]["diff_ids"]
        return digests

    @contextmanager
    def mounted(self, image: str) -> Iterator[Path]:
        """Its file system. Nothing must be written to it."""
        container = self._buildah("from", "--pull-never", image).strip()
        try:
            yield Path(self._buildah("mount", container).strip())
        finally:
            self._buildah("umount", container)
            self._buildah("rm", container)

    def _ensure_base(self) -> None:
        name = base_name()
        if name in self._buildah("images", "--format={{.Name}}:{{.Tag}}").splitlines():
            return
        container = self._buildah("from", "scratch").strip()
        with TemporaryDirectory(dir=self.folder) as root:
            make_root(Path(root))
            self._buildah("add", "--quiet", container, root, "/")
        self._buildah("config", "--cmd=python3", container)
        self._buildah("commit", "--quiet", "--rm", container, name)

    def _buildah(self, *arguments: str) -> str:
        """What it writes to stdout; its messages are shown."""
        buildah = shutil.which("buildah")
        assert buildah, "buildah is missing. Install what is needed with: apt-get install buildah debootstrap runc"
        assert os.geteuid() == 0, "mounts and namespaces need root"
        self.folder.mkdir(parents=True, exist_ok=True)
        storage = [f"--root={self.folder / 'storage'}", f"--runroot={self.folder / 'run'}"]
        done = subprocess.run([buildah, *storage, *arguments], stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout


def base_name() -> str:
    (name,) = re.findall(r"^ARG BASE=(\S+)$", DOCKERFILE.read_text("utf-8"), re.MULTILINE)
    return str(name)
