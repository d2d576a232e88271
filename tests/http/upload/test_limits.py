"""What the machine has too little of: room on the disk, and memory. Each in a process of its own."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.http.upload.wire import chunked, head, send

ROOM_BYTES = 1_048_576


@contextmanager
def process(folder: Path, before: str = "") -> Iterator[tuple[int, tuple[str, int]]]:
    """Its id and address. `before` is what a shell does first."""
    settings = json.dumps({"upload_dir": str(folder)})
    command = ["sh", "-c", f'{before} exec "$0" -m tests.http.upload.receiver "$1"', sys.executable, settings]
    if before.startswith("mount"):
        command = ["unshare", "--mount", *command]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as started:
        try:
            assert started.stdout
            yield started.pid, ("127.0.0.1", int(started.stdout.readline()))
        finally:
            started.kill()


def upload(address: tuple[str, int], size: int) -> tuple[int, dict[str, object]]:
    piece = bytes(262_144)
    sizes = [len(piece)] * (size // len(piece)) + ([size % len(piece)] if size % len(piece) else [])
    status, answer = send(address, [head(), *chunked(piece[:one] for one in sizes)])
    return status, answer if status != 200 else answer[0]


def assert_full(status: int, answer: dict[str, object], reason: str) -> None:
    assert status == 507, answer
    assert answer["type"] == "urn:earmark:problem:storage-full"
    assert reason in str(answer["detail"])
    assert "/" not in str(answer["detail"])


def test_files_that_may_not_grow(tmp_path: Path) -> None:
    with process(tmp_path, f"ulimit -f {ROOM_BYTES // 512};") as (_, address):
        assert_full(*upload(address, ROOM_BYTES * 2), "file too large")
        assert upload(address, 900_000)[1]["size"] == 900_000


def test_a_full_disk(tmp_path: Path) -> None:
    mount = f"mount -t tmpfs -o size={ROOM_BYTES} tmpfs '{tmp_path}' &&"
    if subprocess.run(["unshare", "--mount", "sh", "-c", f"{mount} true"], check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    with process(tmp_path, mount) as (_, address):
        for _ in range(3):  # the room of what failed is free again
            assert_full(*upload(address, ROOM_BYTES * 2), "no space left on device")
            assert upload(address, 900_000)[1]["size"] == 900_000


def peak_bytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return 1024 * int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


def test_memory_stays_flat(tmp_path: Path) -> None:
    size = 300_000_000
    with process(tmp_path) as (pid, address):
        upload(address, 3_000_000)
        before = peak_bytes(pid)
        status, answer = upload(address, size)
        assert (status, answer["size"]) == (200, size)
        assert answer["sha256"] == hashlib.sha256(bytes(size)).hexdigest()
        assert peak_bytes(pid) - before < 8_000_000
