import { element } from "../element.js";
import { labelName } from "../words/label.js";
import { percent, preciseClock } from "../words/numbers.js";
import { placeOf, readingAt } from "./reading.js";

const BESIDE = 14; // CSS pixels

/** The numbers beside the pointer, or beside the cursor for those who use keys. The stage's value text says the same. */
export class Tooltip {
  #time = element("strong");
  #rows = element("div");
  #place; // that the rows are about
  #width = 0; // CSS pixels
  element = element("div", { className: "timeline-tooltip", ariaHidden: "true", hidden: true }, this.#time, this.#rows);

  show(seconds, view, track, hues) {
    const place = placeOf(seconds, track);
    this.#time.textContent = preciseClock(seconds);
    if (this.element.hidden || place !== this.#place) this.#fill(readingAt(seconds, track), hues);
    this.#place = place;
    const x = view.x(seconds);
    const left = x + BESIDE + this.#width <= view.width ? x + BESIDE : Math.max(x - BESIDE - this.#width, 0);
    this.element.style.transform = `translateX(${Math.round(left)}px)`;
  }

  hide() {
    this.element.hidden = true;
  }

  #fill({ note, lanes }, hues) {
    const rowsOf = ({ name, scores }) => scores.map(([label, value]) => row(labelName(label, name), value, hues.className(name, label)));
    this.#rows.replaceChildren(...(note === null ? lanes.flatMap(rowsOf) : [note]));
    this.element.hidden = false;
    this.#width = this.element.offsetWidth;
  }
}

function row(words, value, className) {
  return element("div", { className }, words, element("span", {}, percent(value)));
}
