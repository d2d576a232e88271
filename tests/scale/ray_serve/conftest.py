from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.http import server as http_server
from tests.http.server import serving
from tests.scale.ray_serve.service import RayService
from tests.sound_files import sound_bytes
from tests.tones import RATE, medley

FLAGS = {
    "engine": "ray",
    "workers": 2,
    "min-replicas": 2,
    "max-requests": 6,
    "max-queue-seconds": 4,
    "max-analysis-seconds": 6,
    "max-body-bytes": 300_000_000,
    "drain-delay-seconds": 2,
}
START_SECONDS = 280.0


@pytest.fixture(scope="module")
def service(tiny_models: Path) -> Iterator[RayService]:
    """Two replicas with tiny models; Ray takes a while to start, so all tests share it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(http_server, "START_SECONDS", START_SECONDS)
        words = [word for name, value in FLAGS.items() for word in (f"--{name}", str(value))]
        with serving(tiny_models, *words) as server:
            yield RayService(server)


@pytest.fixture
def client(service: RayService) -> Iterator[httpx.Client]:
    service.wait_until_whole()
    with service.server.client() as client:
        yield client


@pytest.fixture(scope="session")
def medley_wav() -> bytes:
    return sound_bytes("wav_16", medley(), RATE)
