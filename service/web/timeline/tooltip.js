import { element } from "../element.js";
import { percent } from "../words/certainty.js";
import { labelName } from "../words/label.js";
import { preciseClock } from "../words/time.js";
import { readingAt } from "./reading.js";

const BESIDE = 14; // CSS pixels

/** The numbers beside the pointer, or beside the cursor for those who use keys. The stage's value text says the same. */
export class Tooltip {
  #time = element("strong");
  #rows = element("div");
  #chunk;
  #width = 0; // CSS pixels
  element = element("div", { className: "timeline-tooltip", ariaHidden: "true", hidden: true }, this.#time, this.#rows);

  show(seconds, view, track, hues) {
    const chunk = track.chunks[track.at(seconds)];
    this.#time.textContent = preciseClock(seconds);
    if (this.element.hidden || chunk !== this.#chunk) this.#fill(readingAt(seconds, track), hues);
    this.#chunk = chunk;
    const x = view.x(seconds);
    const left = x + BESIDE + this.#width <= view.width ? x + BESIDE : Math.max(x - BESIDE - this.#width, 0);
    this.element.style.transform = `translateX(${Math.round(left)}px)`;
  }

  hide() {
    this.element.hidden = true;
  }

  #fill({ note, lanes }, hues) {
    const rowsOf = ({ name, scores }) => scores.map(([label, value]) => row(label, value, hues.className(name, label)));
    this.#rows.replaceChildren(...(note === null ? lanes.flatMap(rowsOf) : [note]));
    this.element.hidden = false;
    this.#width = this.element.offsetWidth;
  }
}

function row(label, value, className) {
  return element("div", { className }, labelName(label), element("span", {}, percent(value)));
}
