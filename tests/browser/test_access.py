"""For everybody: axe finds nothing, the keyboard does all, and those who cannot see are told."""

import json
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.listening_page import ListeningPage
from tests.browser.visit import visit
from tests.http.server import Server
from tests.sound_files import sound_bytes, write_sound
from tests.tones import RATE, medley

SIZES = {"narrow": (360, 740), "wide": (1440, 900)}


def violations(page: Page) -> list[str]:
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {json.dumps([node['html'] + node['failureSummary'] for node in one['nodes']])}" for one in found
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing(browser: Browser, site: Server, tmp_path: Path, scheme: Any, size: str) -> None:
    width, height = SIZES[size]
    viewport: Any = {"width": width, "height": height}
    settings: dict[str, Any] = {
        "viewport": viewport,
        "color_scheme": scheme,
        "bypass_csp": True,
        "reduced_motion": "reduce",
    }
    with visit(browser, site.url, expected=["Failed to load resource"], **settings) as page:
        shown = ListeningPage(page)
        expect(shown.part("limits")).to_contain_text("GiB")
        assert not violations(page)
        shown.choose(write_sound(tmp_path, "wav_16", medley(), RATE))
        shown.expect_done()
        assert not violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shown.choose_bytes("notes.txt", b"no sound")
        expect(page.get_by_role("alert").filter(has_text="Not an audio format")).to_be_visible()
        assert not violations(page)


def test_a_long_name_does_not_widen_the_page(browser: Browser, site: Server) -> None:
    with visit(browser, site.url, viewport={"width": 360, "height": 740}) as page:
        shown = ListeningPage(page)
        shown.choose_bytes(f"{'recording_' * 20}.wav", sound_bytes("wav_16", medley(), RATE))
        shown.expect_done()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def focused(page: Page) -> str:
    name: str = page.evaluate("document.activeElement.dataset.part ?? document.activeElement.textContent.trim()")
    return name


def test_the_keyboard_alone_suffices(page: Page) -> None:
    """Through the whole page by Tab, with the sample, a segment, a setting, the history."""
    order = []
    for _ in range(4):
        page.keyboard.press("Tab")
        order.append(focused(page))
    assert order == ["API docs", "chooser", "record", "sample"]
    page.keyboard.press("Enter")
    shown = ListeningPage(page)
    shown.expect_done()
    assert focused(page) == "sample"  # the focus stays where it was
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert focused(page) == "play"
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_focused()
    for _ in range(60):
        page.keyboard.press("Tab")
        outline = page.evaluate(
            """() => {
                const {body, activeElement} = document;
                const places = [activeElement, activeElement.parentElement];
                return activeElement === body || places.some((one) => getComputedStyle(one).outlineStyle !== "none");
            }"""
        )
        assert outline, f"{focused(page)} shows no focus"
        if page.evaluate("document.activeElement.getAttribute('aria-label')") == "Play from 0:12.0":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    assert shown.player["seconds"] >= 12


def test_those_who_cannot_see_are_told_what_matters(page: Page, tmp_path: Path) -> None:
    page.evaluate(
        """() => {
            window.said = [];
            const status = document.querySelector('[role="status"]');
            new MutationObserver(() => window.said.push(status.textContent)).observe(status, {childList: true});
        }"""
    )
    shown = ListeningPage(page)
    shown.choose(write_sound(tmp_path / "first.wav", "wav_16", medley(), RATE))
    shown.expect_done()
    assert page.evaluate("window.said.splice(0)")[-1] == f"first.wav: {shown.verdict}"
    shown.choose(write_sound(tmp_path / "second.wav", "wav_16", medley(), RATE))
    expect(shown.part("name")).to_have_text("second.wav")
    shown.expect_done()
    said = page.evaluate("window.said")
    assert said[-1] == f"second.wav: {shown.verdict}"
    assert 2 <= len(said) <= 8
    table = page.get_by_role("table").inner_text()
    assert "music (low)" in table


def test_the_focus_is_not_lost_when_a_button_goes(page: Page) -> None:
    """What is pressed and then hidden hands the focus on."""
    shown = ListeningPage(page)
    page.get_by_role("button", name="Record").click()
    expect(shown.part("status")).to_contain_text("Recording")
    page.get_by_role("button", name="Stop", exact=True).press("Enter")
    shown.expect_done()
    assert focused(page) == "play"
