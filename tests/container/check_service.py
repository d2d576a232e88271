"""The image of the service, built and run: `make test-container`. It needs root, buildah, debootstrap, runc, curl."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.container.containers import Container, running, terms_of
from tests.container.images import ROOT, Images
from tests.container.sizes import MEGABYTE, parts, size_of, table
from tests.sound_files import KINDS, sound_bytes
from tests.tones import RATE, medley, tone
from tests.workers.waiting import wait_for

TARGET_READY_SECONDS = 4.0
TARGET_OURS_BYTES = 320 * MEGABYTE
"""All but the base image."""

pytestmark = pytest.mark.timeout(3_600)


@pytest.fixture(scope="module")
def image(images: Images) -> str:
    return images.build("service")


@pytest.fixture
def container(images: Images, image: str) -> Iterator[Container]:
    with running(images, image, terms_of("earmark")) as container:
        wait_for(container.is_ready)
        yield container


def count(container: Container, name: str) -> float:
    found = re.search(rf"^{name} (\S+)$", container.ask("/metrics").stdout.decode(), re.MULTILINE)
    assert found, name
    return float(found[1])


def test_what_the_image_says_of_itself(images: Images, image: str) -> None:
    config = images.config(image)
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", config["User"])
    assert (config["Entrypoint"], config["Cmd"]) == (["earmark"], ["serve"])
    assert config["StopSignal"] == "SIGTERM"
    assert set(config["ExposedPorts"]) == {"8000/tcp"}
    assert config["Healthcheck"]["Test"][0] == "CMD"
    assert {f"org.opencontainers.image.{name}" for name in ("title", "description", "version", "licenses")} <= set(
        config["Labels"]
    )


def test_its_size(images: Images, image: str, capsys: pytest.CaptureFixture[str]) -> None:
    with images.mounted(image) as root:
        sizes = parts(root)
        assert not list(root.glob("opt/earmark/**/pip")) + list(root.glob("usr/bin/*gcc*"))
        assert not [path for path in (root / "opt").rglob("*") if path.name in {"training", "tests"} and path.is_dir()]
        foreign = [path for path in (root / "opt").rglob("*") if path.lstat().st_uid != 0]
        assert not foreign, "what runs must not be able to change what runs"
        byte_code = sum(size_of(path) for path in root.rglob("*.pyc"))
    with capsys.disabled():
        sys.stdout.write(f"\n{table(sizes)}\n(byte code, of all these: {byte_code / MEGABYTE:.1f} MB)\n")
    assert sum(sizes.values()) - sizes["base image"] < TARGET_OURS_BYTES


def test_every_kind_of_file_is_heard_as_outside(container: Container, tmp_path: Path) -> None:
    sounds = [tmp_path / f"{name}.{kind.suffix}" for name, kind in KINDS.items()]
    for sound in sounds:
        sound.write_bytes(sound_bytes(sound.stem, medley(), KINDS[sound.stem].rate or RATE))
    command = [sys.executable, "-m", "service.cli", "classify", *map(str, sounds), "--format", "json"]
    outside = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)
    for sound, expected in zip(sounds, outside, strict=True):
        inside = container.classify(sound)
        assert {"file": str(sound), **inside, "id": ""} == {**expected, "id": ""}


def test_it_reaches_nothing_and_can_change_nothing(container: Container, tmp_path: Path) -> None:
    assert container.run("id", "-u").stdout.strip() == "10001"
    interfaces = container.run("cat", "/proc/net/dev").stdout.splitlines()[2:]
    assert [line.split(":")[0].strip() for line in interfaces] == ["lo"]
    status = container.run("cat", "/proc/1/status").stdout
    for capabilities in ("CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert re.search(rf"^{capabilities}:\s0+$", status, re.MULTILINE)
    assert re.search(r"^NoNewPrivs:\s1$", status, re.MULTILINE)
    for path in ("/", "/opt/earmark/bin", "/models", "/etc"):
        assert "Read-only file system" in container.run("touch", f"{path}/x").stderr
    sound = tmp_path / "sound.wav"
    sound.write_bytes(sound_bytes("wav_16", tone(300, 6), RATE))
    assert container.classify(sound)["audio"]["duration_seconds"] == 6.0
    assert container.run("ls", "-A", "/uploads").stdout == ""


@pytest.mark.parametrize(("cpus", "workers"), [(0.5, 1), (1.0, 1), (1.5, 2)])
def test_workers_follow_the_quota(images: Images, image: str, cpus: float, workers: int) -> None:
    allowed = len(os.sched_getaffinity(0))
    with running(images, image, replace(terms_of("earmark"), cpus=cpus)) as container:
        wait_for(container.is_ready, 60)
        assert count(container, "earmark_workers") == min(workers, allowed)


def test_the_health_check_is_that_of_the_service(images: Images, image: str) -> None:
    _, *check = images.config(image)["Healthcheck"]["Test"]
    with running(images, image, terms_of("earmark")) as container:
        assert container.run(*check).returncode != 0, "it cannot be ready yet"
        wait_for(lambda: container.run(*check).returncode == 0, 60)
        assert container.is_ready()


def test_it_stops_in_good_order(container: Container, tmp_path: Path) -> None:
    """What is in flight is answered, and the exit status is 0."""
    sound = tmp_path / "hour.wav"
    sound.write_bytes(sound_bytes("wav_u8", tone(300, 1_800, 8_000), 8_000))
    answers: list[Any] = []
    asking = threading.Thread(
        target=lambda: answers.append(container.classify(sound, "hop_seconds=0.5&detail=summary"))
    )
    asking.start()
    wait_for(lambda: count(container, "earmark_workers_busy") == 1)
    assert container.terminate() == 0
    asking.join(60)
    assert answers[0]["audio"]["duration_seconds"] == 1_800.0
    assert '"message": "stopped"' in container.log.read_text()


def test_a_full_folder_of_uploads_is_a_problem_and_no_crash(images: Images, image: str, tmp_path: Path) -> None:
    terms = terms_of("earmark")
    small = replace(terms, tmpfs={**terms.tmpfs, "/uploads": ["size=1m", "uid=10001", "gid=10001", "mode=0700"]})
    sound = tmp_path / "sound.wav"
    sound.write_bytes(sound_bytes("wav_16", tone(300, 120), RATE))
    with running(images, image, small) as container:
        wait_for(container.is_ready, 60)
        refused = json.loads(container.ask("/v1/classify", "--data-binary", f"@{sound}").stdout)
        assert refused["type"].endswith(":storage-full")
        assert container.is_ready()


def test_its_start(images: Images, image: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing of the image is in memory before."""
    forget(images, image)
    with running(images, image, terms_of("earmark")) as container:
        while not container.is_ready():
            time.sleep(0.02)
        ready_seconds = time.monotonic() - container.began
        processor_seconds = container.usage("cpuacct", "cpuacct.usage") / 1e9
        memory_bytes = container.usage("memory", "memory.usage_in_bytes")
        threads = container.usage("pids", "pids.current")
    with capsys.disabled():
        sys.stdout.write(
            f"\nready after {ready_seconds:.1f} s, of which {processor_seconds:.1f} s of processor time; "
            f"then {memory_bytes / MEGABYTE:.0f} MB with the files' pages, {threads} threads\n"
        )
    assert ready_seconds <= TARGET_READY_SECONDS
    assert threads < terms_of("earmark").pids / 2


def forget(images: Images, image: str) -> None:
    """Takes its files out of the page cache."""
    os.sync()
    with images.mounted(image) as root:
        for path in root.rglob("*"):
            if path.is_file() and not path.is_symlink():
                descriptor = os.open(path, os.O_RDONLY)
                try:
                    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
                finally:
                    os.close(descriptor)
