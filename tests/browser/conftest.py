from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import chromium
from tests.browser.visit import PATIENCE_SECONDS, visit
from tests.http.server import Server, serving
from tests.sound_files import write_sound
from tests.tones import MUSIC_HZ, RATE, tone


@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One for all of them. It ends with this package: while it runs, no other test could start an event loop."""
    microphone = write_sound(tmp_path_factory.mktemp("microphone"), "wav_16", tone(MUSIC_HZ["low"], 6, RATE), RATE)
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    with chromium(microphone) as running:
        yield running


@pytest.fixture(scope="package")
def site(tiny_models: Path) -> Iterator[Server]:
    with serving(tiny_models, "--workers", "2") as running:
        yield running


@pytest.fixture
def page(browser: Browser, site: Server) -> Iterator[Page]:
    """The page at /, in a window of its own; whatever goes wrong in it behind the scenes fails the test."""
    with visit(browser, site.url) as page:
        yield page
