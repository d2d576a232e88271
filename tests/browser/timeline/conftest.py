from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.timeline.stand import Stand, stand_on
from tests.browser.visit import visit
from tests.http.server import Server


@pytest.fixture(scope="module")
def room(browser: Browser, site: Server) -> Iterator[Page]:
    """One page for the tests of a file: each has a timeline of its own in it."""
    with visit(browser, site.url, viewport={"width": 1200, "height": 800}) as page:
        yield page


@pytest.fixture
def stand(room: Page) -> Iterator[Stand]:
    with stand_on(room) as stand:
        yield stand
