from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.http.server import Server, serving
from tests.sound_files import sound_bytes
from tests.tones import RATE, medley


@pytest.fixture(scope="session")
def server(tiny_models: Path) -> Iterator[Server]:
    """With tiny models and the settings as they are; a test that does something to its workers starts another one."""
    with serving(tiny_models, "--workers", "2") as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


@pytest.fixture(scope="session")
def medley_wav() -> bytes:
    return sound_bytes("wav_16", medley(), RATE)


@pytest.fixture(scope="session")
def eared_server(eared_models: Path) -> Iterator[Server]:
    """With an ear, a gate that speaks in steps, and tags."""
    with serving(eared_models, "--workers", "1") as running:
        yield running


@pytest.fixture
def eared_client(eared_server: Server) -> Iterator[httpx.Client]:
    with eared_server.client() as client:
        yield client
