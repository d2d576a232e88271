"""A visit to the page by a browser that forgets everything afterwards, and tells what went wrong behind the scenes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request

PATIENCE_SECONDS = 60.0
_OWN_SCHEMES = {"blob", "data"}


@contextmanager
def visit(browser: Browser, url: str, *, expected: Sequence[str] = (), **options: Any) -> Iterator[Page]:
    """`options` are those of a new browser context. Fails if the page writes a warning or an error to the console (a
    broken security policy is one) without one of the `expected` words in it, or asks another host for something."""
    troubles: list[str] = []
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    page = context.new_page()

    def note_message(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            troubles.append(f"{message.text} ({message.location['url']})")

    def note_request(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in _OWN_SCHEMES and address.netloc != urlsplit(url).netloc:
            troubles.append(f"asked for {request.url}")

    page.on("console", note_message)
    page.on("pageerror", lambda error: troubles.append(f"{error.name}: {error.message} {error.stack}"))
    page.on("request", note_request)
    try:
        page.goto(url)
        yield page
    finally:
        context.close()
    unexpected = [trouble for trouble in troubles if not any(word in trouble for word in expected)]
    assert not unexpected, unexpected
