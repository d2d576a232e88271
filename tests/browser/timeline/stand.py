"""A timeline on a stand: in the real page, under its security policy and with its styles, fed by the test alone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Locator, Page

from tests.browser.timeline.heard import GATE

Rgb = tuple[int, int, int]

_OPEN = """async (width) => {
  const { Timeline } = await import("/static/timeline/timeline.js");
  const host = document.createElement("div");
  host.id = "stand";
  host.style.width = `${width}px`;
  document.body.prepend(host);
  scrollTo(0, 0);
  window.seeks = [];
  window.timeline = new Timeline(host, { onSeek: (seconds) => seeks.push(seconds) });
}"""
_CLOSE = """() => {
  timeline.destroy();
  document.querySelector("#stand").remove();
}"""
_DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
_PIXELS = """([x, y, width]) => {
  const canvas = document.querySelector("#stand .timeline-stage canvas");
  const copy = new OffscreenCanvas(width, 1).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, -Math.floor(x * devicePixelRatio), -Math.floor(y * devicePixelRatio));
  return [...copy.getImageData(0, 0, width, 1).data];
}"""
_COLOUR = """(name) => {
  const probe = document.createElement("span");
  probe.style.color = `var(--timeline-${name})`;
  document.querySelector("#stand .timeline").append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour.match(/\\d+/g).map(Number);
}"""
_BOXES = """async ([gates, branches, tags]) => {
  const { layOut } = await import("/static/timeline/picture.js");
  const lanesOf = (names) => new Map(names.map((name) => [name, { analysedCells: 1 }]));
  const layout = layOut({ gate: { labels: gates }, branches: lanesOf(branches), tags: lanesOf(tags) });
  const lanes = [...layout.gates, ...layout.branches, ...layout.tags].map((box) => [box.title, box]);
  return Object.fromEntries([["waveform", layout.waveform], ["ribbon", layout.ribbon], ...lanes]);
}"""


class Stand:
    """`width`: CSS pixels of the picture."""

    def __init__(self, page: Page, width: int) -> None:
        self.page = page
        self.width = width
        self.stage: Locator = page.locator("#stand .timeline-stage")

    def tell(self, method: str, *arguments: Any) -> None:
        """Calls a method of the timeline, and waits until what follows is drawn."""
        self.page.evaluate("([method, values]) => timeline[method](...values)", [method, list(arguments)])
        self.drawn()

    def show(
        self, duration: float, chunks: Sequence[dict[str, Any]] = (), segments: Sequence[dict[str, Any]] = ()
    ) -> None:
        """A whole sound."""
        self.tell("begin", {"duration": duration})
        self.tell("addChunks", list(chunks))
        self.tell("setSegments", list(segments))
        self.tell("end", {"duration": duration})

    def drawn(self) -> None:
        self.page.evaluate(_DRAWN)

    @property
    def seeks(self) -> list[float]:
        found: list[float] = self.page.evaluate("seeks")
        return found

    def click(self, x: float) -> float:
        """The second that a click there asks for."""
        before = len(self.seeks)
        self.stage.click(position={"x": x, "y": 20})
        assert len(self.seeks) == before + 1
        self.drawn()
        return self.seeks[-1]

    def hover(self, x: float) -> None:
        self.stage.hover(position={"x": x, "y": 20})
        self.drawn()

    def wheel(self, across: float, along: float, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.down(key)
        self.page.mouse.wheel(across, along)
        self.drawn()
        for key in keys:
            self.page.keyboard.up(key)

    def press(self, key: str) -> None:
        self.stage.press(key)
        self.drawn()

    def button(self, name: str) -> Locator:
        return self.page.locator("#stand").get_by_role("button", name=name)

    @property
    def tooltip(self) -> Locator:
        return self.page.locator("#stand .timeline-tooltip")

    @property
    def value_text(self) -> str:
        return self.stage.get_attribute("aria-valuetext") or ""

    def pixel(self, x: float, y: float) -> tuple[Rgb, int]:
        """What the canvas has there: colour and opacity, 0 to 255."""
        red, green, blue, alpha = self.page.evaluate(_PIXELS, [x, y, 1])
        return (red, green, blue), alpha

    def row(self, y: float) -> list[Rgb]:
        """The colours along a line, on a screen whose pixels are those of CSS."""
        values: list[int] = self.page.evaluate(_PIXELS, [0, y, self.width])
        return list(zip(values[0::4], values[1::4], values[2::4], strict=True))

    def colour(self, name: str) -> Rgb:
        """That `--timeline-…` stands for at the moment."""
        red, green, blue = self.page.evaluate(_COLOUR, name)
        return red, green, blue

    def boxes(self, *branches: str, tags: Sequence[str] = ()) -> dict[str, dict[str, float]]:
        """Where `waveform`, `ribbon` and the lanes lie."""
        found: dict[str, dict[str, float]] = self.page.evaluate(_BOXES, [GATE, list(branches), list(tags)])
        return found


@contextmanager
def stand_on(page: Page, width: int = 1000) -> Iterator[Stand]:
    page.evaluate(_OPEN, width)
    stand = Stand(page, width)
    stand.drawn()
    try:
        yield stand
    finally:
        page.evaluate(_CLOSE)
        page.mouse.move(0, 0)
