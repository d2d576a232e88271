"""An hour at sixty frames a second: what the page's thread works for each frame, by the browser's own trace."""

import json
from bisect import bisect_right
from itertools import pairwise
from statistics import median, quantiles
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.timeline.stand import Stand, stand_on
from tests.browser.visit import visit
from tests.http.server import Server

FRAME_MS = 1000 / 60
FRAMES = 60
MOST_TRIES = 4
TRACED = ["devtools.timeline", "disabled-by-default-devtools.timeline"]

_AN_HOUR = """async ([hop, hasSteps]) => {
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const list = (length, make) => Array.from({ length }, (_, index) => make(index));
  const scores = (count) => Object.fromEntries(list(count, (index) => [`label ${index}`, random() / count]));
  const count = Math.round(3600 / hop);
  const chunks = list(count, (index) => {
    const isMusic = random() > 0.4;
    const gate = { music: isMusic ? 0.9 : 0.1, speech: random() };
    const branches = { genre: isMusic ? scores(11) : null, scene: isMusic ? null : scores(12) };
    const tags = list(10, (rank) => ({ label: `tag ${rank}`, probability: random() }));
    const end = Math.min(index * hop + 3, 3600);
    return { start: index * hop, end, gate, ...branches, ...(hasSteps ? { tags } : {}) };
  });
  const segments = list(count, (index) => {
    const label = index % 2 ? "music" : "scene";
    return { start: index * hop, end: (index + 1) * hop, label, detail: "label 1", probability: 0.9 };
  });
  timeline.begin({ duration: 3600 });
  timeline.addPeaks(20, list(72000, random));
  timeline.addChunks(chunks);
  if (hasSteps) {
    const probabilities = { music: list(22800, random), speech: list(22800, random) };
    timeline.addSteps({ start: 0, step_seconds: 0.157895, probabilities });
    timeline.setTags(list(10, (rank) => `tag ${rank}`));
  }
  timeline.setSegments(segments);
  timeline.end({ duration: 3600 });
}"""
_MOVE = """async ([kind, frames]) => {
  const stage = document.querySelector("#stand .timeline-stage");
  const { left, top, width } = stage.getBoundingClientRect();
  for (let frame = 0; frame < frames; frame += 1) {
    await new Promise(requestAnimationFrame);
    const share = 0.5 + 0.45 * Math.sin(frame / 9);
    const place = { bubbles: true, cancelable: true, clientX: left + width * share, clientY: top + 30 };
    const wheel = (more) => stage.dispatchEvent(new WheelEvent("wheel", { ...place, ...more }));
    if (kind === "scrub") {
      timeline.setCursor(3600 * share);
      stage.dispatchEvent(new PointerEvent("pointermove", place));
    }
    if (kind === "zoom") wheel({ ctrlKey: true, deltaY: frame % 30 < 15 ? -40 : 40 });
    if (kind === "pan") wheel({ shiftKey: true, deltaY: 60 * Math.sin(frame / 9) });
  }
}"""


def work_ms(browser: Browser, stand: Stand, kind: str) -> list[float]:
    """
    Processor time of the page's thread, in ms, from one frame to the next: scripts, styles, layout and painting.
    Processor time, because other programs take their share of the wall clock.
    """
    browser.start_tracing(page=stand.page, categories=TRACED)
    stand.page.evaluate(_MOVE, [kind, FRAMES])
    events: list[dict[str, Any]] = json.loads(browser.stop_tracing())["traceEvents"]
    frames = [event for event in events if event["name"] == "FireAnimationFrame"]
    thread = (frames[0]["pid"], frames[0]["tid"])
    tasks = [event for event in events if event["name"] == "RunTask" and (event["pid"], event["tid"]) == thread]
    tasks.sort(key=lambda task: float(task["ts"]))
    starts = [task["ts"] for task in tasks]
    first = sorted({bisect_right(starts, frame["ts"]) - 1 for frame in frames})
    return [sum(task.get("tdur", 0) for task in tasks[one:other]) / 1000 for one, other in pairwise(first)]


def least_work_ms(browser: Browser, stand: Stand, kind: str) -> tuple[float, float]:
    """Median and 95th percentile. On a busy machine processor time grows, too: then the best of a few tries counts."""
    tries = []
    for _ in range(MOST_TRIES):
        work = work_ms(browser, stand, kind)
        assert len(work) > FRAMES / 2
        tries.append((median(work), quantiles(work, n=20)[-1]))
        if tries[-1][1] < FRAME_MS:
            break
    return min(tries, key=lambda found: found[1])


@pytest.mark.parametrize(
    ("hop", "has_steps"), [(3.0, False), (3.0, True), (0.1, False)], ids=["chunks", "steps and tags", "many chunks"]
)
def test_an_hour_stays_smooth(browser: Browser, site: Server, hop: float, has_steps: bool) -> None:
    """1,200 chunks, with 22,800 steps and the lanes of ten tags, too, and 36,000 chunks; of noise, which is harder to
    draw than any sound."""
    with visit(browser, site.url, viewport={"width": 1480, "height": 800}) as page, stand_on(page, 1440) as stand:
        page.evaluate(_AN_HOUR, [hop, has_steps])
        stand.drawn()
        for kind in ("scrub", "zoom", "pan"):
            middle, nearly_all = least_work_ms(browser, stand, kind)
            assert 0 < middle < FRAME_MS, kind
            assert nearly_all < FRAME_MS, kind
