"""The page as a visitor uses it: what to press, and what is to be read."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect


class ListeningPage:
    def __init__(self, page: Page) -> None:
        self.page = page

    def part(self, name: str) -> Locator:
        return self.page.locator(f'[data-part="{name}"]')

    def choose(self, *files: Path) -> None:
        self.part("chooser").set_input_files(files)

    def choose_bytes(self, name: str, content: bytes) -> None:
        self.part("chooser").set_input_files({"name": name, "mimeType": "", "buffer": content})

    def expect_done(self) -> None:
        expect(self.part("status")).to_contain_text("Analysed in")

    @contextmanager
    def listening_again(self) -> Iterator[None]:
        """Something is done that sends the sound once more."""
        with self.page.expect_request_finished(lambda request: "/v1/classify" in request.url):
            yield
        self.expect_done()

    @property
    def verdict(self) -> str:
        return self.part("verdict").inner_text()

    def expect_verdict(self, words: str) -> None:
        expect(self.part("verdict")).to_contain_text(words)

    @property
    def history(self) -> Locator:
        return self.part("history").get_by_role("button")

    @property
    def segment_rows(self) -> list[list[str]]:
        rows = self.part("segments").locator("tr").all()
        return [row.locator("td").all_inner_texts() for row in rows]

    def save(self, form: str, folder: Path) -> Path:
        """What the button of this format downloads."""
        with self.page.expect_download() as download:
            self.part("downloads").locator(f'button[value="{form}"]').click()
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        return path

    def set(self, settings: Mapping[str, str]) -> None:
        for name, value in settings.items():
            field = self.part("settings").locator(f'[name="{name}"]')
            if field.evaluate("element => element.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    @property
    def player(self) -> dict[str, Any]:
        """`seconds` and `paused` of what plays."""
        state: dict[str, Any] = self.part("audio").evaluate(
            "audio => ({seconds: audio.currentTime, paused: audio.paused})"
        )
        return state
