"""Live, from the browser's fake microphone, which hears low music."""

from pathlib import Path

import soundfile
from playwright.sync_api import Browser, Page, expect

from tests.browser.listening_page import ListeningPage
from tests.browser.visit import visit
from tests.http.server import Server


def record(shown: ListeningPage, seconds: float) -> None:
    shown.page.get_by_role("button", name="Record").click()
    expect(shown.part("status")).to_contain_text("Recording")
    expect(shown.part("now")).to_contain_text("music")  # a chunk was heard while it goes on
    shown.page.wait_for_timeout(1000 * seconds)
    shown.page.get_by_role("button", name="Stop recording").click()


def test_what_the_microphone_hears_is_told_live_and_kept(page: Page, tmp_path: Path) -> None:
    sent: list[str | bytes] = []

    def note(frame: str | bytes) -> None:
        sent.append(frame)

    page.on("websocket", lambda socket: socket.on("framesent", note))
    shown = ListeningPage(page)
    record(shown, 0.5)
    shown.expect_verdict("Music, most likely low")
    assert any(isinstance(frame, bytes) for frame in sent)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download audio").click()
    download.value.save_as(tmp_path / "recording.wav")
    info = soundfile.info(tmp_path / "recording.wav")
    assert (info.subtype, info.channels) == ("PCM_16", 1)
    assert info.duration > 3
    facts = shown.part("audio-facts").inner_text()
    assert f"{info.samplerate / 1000:g} kHz" in facts
    expect(shown.part("play")).to_be_enabled()


def test_a_recording_can_be_heard_again_with_another_hop(page: Page) -> None:
    shown = ListeningPage(page)
    record(shown, 0)
    shown.expect_done()
    with shown.listening_again():
        shown.set({"hop_seconds": "1"})
    shown.expect_verdict("Music, most likely low")


def test_without_permission_it_says_what_to_do(browser: Browser, site: Server) -> None:
    with visit(browser, site.url) as page:
        page.evaluate(
            """() => {
                navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
            }"""
        )
        page.get_by_role("button", name="Record").click()
        expect(page.get_by_role("alert").filter(has_text="The microphone could not be opened")).to_contain_text(
            "Allow it"
        )
        expect(page.get_by_role("button", name="Record")).to_have_attribute("aria-pressed", "false")
