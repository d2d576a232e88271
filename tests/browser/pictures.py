"""Takes the pictures of docs/page.md: `python -m tests.browser.pictures`."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import chromium
from tests.browser.listening_page import ListeningPage
from tests.browser.visit import PATIENCE_SECONDS, visit
from tests.e2e.made_sound import RATE, chords, pink_noise, speech
from tests.http.server import serving
from tests.sound_files import write_sound

ROOT = Path(__file__).parents[2]
SHOTS: dict[str, dict[str, Any]] = {
    "page": {"viewport": {"width": 1440, "height": 1000}, "color_scheme": "light"},
    "page-medium": {"viewport": {"width": 768, "height": 1024}, "color_scheme": "dark"},
    "page-narrow": {"viewport": {"width": 360, "height": 900}, "color_scheme": "light"},
}


def take(browser: Browser, url: str, sounds: Path, name: str) -> None:
    with visit(browser, url, **SHOTS[name]) as page:
        shown = ListeningPage(page)
        if name == "page":
            shown.choose(*sorted(sounds.glob("*.wav")))
            shown.expect_done()
        page.get_by_role("button", name="Try a sample").click()
        expect(shown.part("name")).to_have_text("sample.wav")
        shown.expect_done()
        _rest(page)
        page.screenshot(path=ROOT / "docs" / "pictures" / f"{name}.png")


def _rest(page: Page) -> None:
    """Nothing is pointed at, and nothing moves any more."""
    page.mouse.move(1, 1)
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    page.wait_for_timeout(500)


def main() -> None:
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    (ROOT / "docs" / "pictures").mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        sounds = Path(folder)
        for name, samples in {"guitar": chords(30), "lecture": speech(), "waterfall": pink_noise(20)}.items():
            write_sound(sounds / f"{name}.wav", "wav_16", samples, RATE)
        with serving(ROOT / "models") as server, chromium(sounds / "guitar.wav") as browser:
            for name in SHOTS:
                take(browser, server.url, sounds, name)


if __name__ == "__main__":
    main()
