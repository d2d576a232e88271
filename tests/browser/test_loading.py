"""What a browser loads to show the page is little."""

from playwright.sync_api import Page, expect

from tests.browser.listening_page import ListeningPage

MOST_BYTES = 100_000


def test_the_first_paint_takes_less_than_100_kb(page: Page) -> None:
    """Everything that comes until nothing more does, with the heads of the answers, and nothing from a cache."""
    sizes: list[float] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.reload()
    expect(ListeningPage(page).part("limits")).to_contain_text("GiB")
    page.wait_for_load_state("networkidle")
    assert len(sizes) > 15
    assert 0 < sum(sizes) < MOST_BYTES
