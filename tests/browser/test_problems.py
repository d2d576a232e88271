"""What goes wrong is said in the words of the service, beside the sound that it happened to."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from service.http.api_keys import KeyFile, new_secret
from tests.browser.listening_page import ListeningPage
from tests.browser.visit import visit
from tests.http.server import Server, serving
from tests.sound_files import sound_bytes
from tests.tones import MUSIC_HZ, RATE, SPEECH_HZ, tone
from tests.workers.waiting import wait_for

REFUSED = "Failed to load resource"
"""What the browser itself writes to the console about an answer that is an error."""
SMALL_BYTES = 100_000


@pytest.fixture(scope="package")
def strict_site(tiny_models: Path) -> Iterator[Server]:
    with serving(tiny_models, "--workers", "1", "--max-body-bytes", str(SMALL_BYTES), "--max-streams", "1") as running:
        yield running


@pytest.fixture
def strict_page(browser: Browser, strict_site: Server) -> Iterator[ListeningPage]:
    with visit(browser, strict_site.url, expected=[REFUSED]) as page:
        yield ListeningPage(page)


def speech_wav(seconds: float = 3) -> bytes:
    return sound_bytes("wav_16", tone(SPEECH_HZ, seconds), RATE)


def alert(page: Page) -> Locator:
    return page.get_by_role("alert").filter(visible=True)


def test_what_is_no_sound_stays_in_the_list_with_its_problem(strict_page: ListeningPage) -> None:
    strict_page.choose_bytes("notes.txt", b"Some words, and no sound at all.")
    expect(alert(strict_page.page)).to_contain_text("Not an audio format that can be decoded")
    strict_page.choose_bytes("speech.wav", speech_wav())
    strict_page.expect_verdict("Speech")
    expect(alert(strict_page.page)).to_have_count(0)
    expect(strict_page.history.filter(has_text="notes.txt")).to_contain_text("Not an audio format")
    strict_page.history.filter(has_text="notes.txt").click()
    expect(alert(strict_page.page)).to_contain_text("Not an audio format that can be decoded")
    expect(strict_page.part("verdict")).to_be_empty()


@pytest.mark.parametrize("seconds", [4, 200], ids=["a little", "much"])
def test_what_is_too_large_is_told_with_the_limit(strict_page: ListeningPage, seconds: float) -> None:
    strict_page.choose_bytes("long.wav", speech_wav(seconds))
    expect(alert(strict_page.page)).to_contain_text("The upload is too large")
    expect(alert(strict_page.page)).to_contain_text(str(SMALL_BYTES))


def test_a_key_is_asked_for_and_a_wrong_one_is_told(browser: Browser, tiny_models: Path, tmp_path: Path) -> None:
    secret = new_secret()
    KeyFile(tmp_path / "keys").add("web", secret)
    with (
        serving(tiny_models, "--workers", "1", "--keys-file", str(tmp_path / "keys")) as running,
        visit(browser, running.url, expected=[REFUSED]) as page,
    ):
        shown = ListeningPage(page)
        field = page.get_by_label("API key", exact=True)
        expect(field).to_be_focused()
        shown.choose_bytes("speech.wav", speech_wav())
        expect(shown.part("status")).to_have_text("API key required")
        field.fill("earmark_wrong")
        field.press("Enter")
        expect(shown.part("key-problem")).to_contain_text("An API key is needed. The key is not known")
        field.fill(secret)
        field.press("Enter")
        shown.expect_verdict("Speech")
        expect(field).to_be_hidden()
        page.get_by_role("button", name="Record").click()
        expect(shown.part("now")).to_contain_text("music")
        page.get_by_role("button", name="Stop recording").click()
        shown.expect_verdict("Music, most likely low")
        assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]


def test_a_service_that_stops_is_asked_again_and_then_told_gone(browser: Browser, tiny_models: Path) -> None:
    gone = ["ERR_CONNECTION", "ERR_EMPTY_RESPONSE", REFUSED]
    with (
        serving(tiny_models, "--workers", "1", "--drain-delay-seconds", "3") as running,
        visit(browser, running.url, expected=gone) as page,
    ):
        shown = ListeningPage(page)
        running.process.send_signal(signal.SIGTERM)
        with running.client() as client:
            wait_for(lambda: client.get("/health/ready").status_code == 503)
        shown.choose_bytes("speech.wav", speech_wav())
        expect(alert(page)).to_contain_text("The service is about to stop")
        expect(shown.part("status")).to_contain_text("Retrying in")
        page.get_by_role("button", name="Stop", exact=True).click()
        running.process.wait(60)
        page.get_by_role("button", name="Retry").click()
        expect(alert(page)).to_contain_text("The service cannot be reached")
        expect(page.get_by_role("button", name="Retry")).to_be_visible()


def test_it_tries_again_when_the_service_said_so(browser: Browser, site: Server) -> None:
    """The service itself would have to be busy at the right moment: its answer is played to the page, once."""
    problem = {"title": "Too much is waiting already", "status": 503, "detail": "Ask again soon."}
    with visit(browser, site.url, expected=[REFUSED]) as page:
        page.route(
            "**/v1/classify*",
            lambda route: route.fulfill(status=503, headers={"Retry-After": "2"}, body=json.dumps(problem)),
            times=1,
        )
        shown = ListeningPage(page)
        shown.choose_bytes("music.wav", sound_bytes("wav_16", tone(MUSIC_HZ["low"], 3), RATE))
        expect(shown.part("status")).to_contain_text("Retrying in")
        expect(alert(page)).to_contain_text("Too much is waiting already")
        shown.expect_verdict("Music")


def test_a_problem_in_the_middle_is_told(page: Page) -> None:
    """A file that breaks off where no decoder goes on has a report; one whose answer ends with an error has none."""
    error = (
        '{"file": "a.wav", "error": {"title": "A worker process died", "status": 500, "detail": "Send it again."}}\n'
    )
    page.route("**/v1/classify*", lambda route: route.fulfill(status=200, body=error), times=1)
    shown = ListeningPage(page)
    shown.choose_bytes("a.wav", speech_wav())
    expect(alert(page)).to_contain_text("A worker process died")
    page.get_by_role("button", name="Retry").click()
    shown.expect_verdict("Speech")


def test_what_was_told_goes_when_it_works_again(browser: Browser, site: Server) -> None:
    with visit(browser, site.url, expected=["ERR_INTERNET_DISCONNECTED"]) as page:
        shown = ListeningPage(page)
        shown.choose_bytes("speech.wav", speech_wav())
        shown.expect_done()
        page.context.set_offline(True)
        shown.set({"smoothing": "8"})
        expect(alert(page)).to_contain_text("The service cannot be reached")
        page.context.set_offline(False)
        with page.expect_response("**/v1/answer*"):
            shown.set({"smoothing": "4"})
        expect(alert(page)).to_have_count(0)


def test_recording_without_the_service_lets_go_of_the_microphone(browser: Browser, tiny_models: Path) -> None:
    with (
        serving(tiny_models, "--workers", "1") as running,
        visit(browser, running.url, expected=["ERR_CONNECTION"]) as page,
    ):
        page.evaluate(
            """() => {
                const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
                navigator.mediaDevices.getUserMedia = async (wanted) => (window.stream = await open(wanted));
            }"""
        )
        expect(ListeningPage(page).part("limits")).to_contain_text("GiB")  # the page needs nothing more by itself
        running.process.terminate()
        running.process.wait(60)
        page.get_by_role("button", name="Record").click()
        expect(alert(page)).to_contain_text("The service cannot be reached")
        assert page.evaluate("window.stream.getTracks().map((track) => track.readyState)") == ["ended"]
