"""The disk of the upload folder is full."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.http.fire.watching import CLASSIFY, Watched, watched
from tests.http.problem import assert_problem

ROOM_BYTES = 2_000_000


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM_BYTES}", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def assert_only_what_fits_is_taken(running: Watched, medley_wav: bytes, reason: str) -> None:
    for _ in range(3):  # the room of what failed is free again
        response = running.client.post(CLASSIFY, content=bytes(2 * ROOM_BYTES))
        assert_problem(response, 507, "storage-full", reason)
        assert int(response.headers["retry-after"]) > 0
        assert running.client.post(CLASSIFY, content=medley_wav).status_code == 200
    assert running.client.get("/health/ready").status_code == 200


def test_no_space_left(tiny_models: Path, tmp_path: Path, medley_wav: bytes) -> None:
    with small_disk(tmp_path), watched(tiny_models, "--workers", "1", "--upload-dir", str(tmp_path)) as running:
        assert_only_what_fits_is_taken(running, medley_wav, "no space left")
        (tmp_path / "somebody else's").write_bytes(bytes(ROOM_BYTES // 4096 * 4096))
        assert_problem(running.client.post(CLASSIFY, content=medley_wav), 507, "storage-full")
        (tmp_path / "somebody else's").unlink()
        assert running.client.post(CLASSIFY, content=medley_wav).status_code == 200


def test_files_that_may_not_grow_and_a_folder_that_is_gone(
    tiny_models: Path, tmp_path: Path, medley_wav: bytes
) -> None:
    folder = tmp_path / "uploads"
    folder.mkdir()
    with watched(tiny_models, "--workers", "1", "--upload-dir", str(folder)) as running:
        server = psutil.Process(running.server.process.pid)
        server.rlimit(psutil.RLIMIT_FSIZE, (ROOM_BYTES, psutil.RLIM_INFINITY))
        assert_only_what_fits_is_taken(running, medley_wav, "file too large")
        folder.rmdir()
        assert_problem(running.client.post(CLASSIFY, content=medley_wav), 503, "unavailable")
        folder.mkdir()
        assert running.client.post(CLASSIFY, content=medley_wav).status_code == 200
