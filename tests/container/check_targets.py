"""The other images that the Dockerfile makes, built and run: `make test-container`."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.container.containers import running, terms_of
from tests.container.images import Images
from tests.container.sizes import parts, table
from tests.sound_files import sound_bytes
from tests.tones import RATE, tone
from tests.workers.waiting import wait_for

RAY_PROCESSES = 1024
"""Ray has a dozen processes of its own, of many threads each."""
RAY_START_SECONDS = 180.0

pytestmark = pytest.mark.timeout(3_600)


def test_the_service_on_ray(images: Images, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a network but its own, and read-only, too; Ray keeps its books in /tmp."""
    image = images.build("ray")
    terms = terms_of("earmark")
    terms = replace(terms, pids=RAY_PROCESSES, tmpfs={**terms.tmpfs, "/tmp": ["size=512m", "mode=1777"]})
    sound = tmp_path / "sound.wav"
    sound.write_bytes(sound_bytes("wav_16", tone(300, 6), RATE))
    with running(images, image, terms) as container:
        wait_for(container.is_ready, RAY_START_SECONDS)
        assert container.classify(sound)["audio"]["duration_seconds"] == 6.0
        assert container.terminate() == 0
    with images.mounted(image) as root, capsys.disabled():
        sys.stdout.write(f"\n{table(parts(root))}\n")


def test_training(images: Images, capsys: pytest.CaptureFixture[str]) -> None:
    image = images.build("training")
    with running(images, image, terms_of("earmark")) as container:
        assert container.process.wait(120) == 0
        assert "make" in container.log.read_text()
    with images.mounted(image) as root, capsys.disabled():
        sys.stdout.write(f"\n{table(parts(root))}\n")
