import { element, part } from "../element.js";
import { percent, preciseClock } from "../words/numbers.js";
import { segmentName } from "../words/verdict.js";

const ROWS_AT_A_TIME = 100;

/** The segments in words: a table of segments, whose starts can be played from. */
export class SegmentTable {
  #segments = [];
  #onSeek;

  constructor(onSeek) {
    this.#onSeek = onSeek;
    part("more-segments").addEventListener("click", () => this.#addRows());
  }

  show(segments) {
    this.#segments = segments;
    part("segments").replaceChildren();
    this.#addRows();
  }

  #addRows() {
    const body = part("segments");
    const shown = body.children.length;
    body.append(...this.#segments.slice(shown, shown + ROWS_AT_A_TIME).map((segment) => this.#row(segment)));
    const left = this.#segments.length - body.children.length;
    part("more-segments").hidden = left <= 0;
    part("more-segments").textContent = `Show ${Math.min(left, ROWS_AT_A_TIME)} more of ${left}`;
  }

  #row(segment) {
    const start = preciseClock(segment.start);
    const seek = element("button", { type: "button", className: "link", "aria-label": `Play from ${start}` }, start);
    seek.addEventListener("click", () => this.#onSeek(segment.start));
    return element(
      "tr",
      {},
      element("td", {}, seek),
      element("td", {}, preciseClock(segment.end)),
      element("td", {}, segmentName(segment), ...tagsOf(segment)),
      element("td", {}, percent(segment.probability)),
    );
  }
}

function tagsOf({ tags }) {
  return tags?.length > 0 ? [element("small", { className: "soft" }, tags.map(({ label }) => label).join("; "))] : [];
}
