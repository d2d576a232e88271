import { element } from "../element.js";
import { labelName } from "../words/labels.js";
import { clock, percent, preciseClock } from "../words/numbers.js";

const MOST_LABELS = 4;
const MOST_TAGS = 3; // besides those that have a lane
const BESIDE = 14; // CSS pixels

/**
 * The results at this second, or a note why there are none: `[{name, scores: [[label, probability], …]}, …]`,
 * where the name is "gate", that of a branch, or "tags".
 */
export function readingAt(seconds, track) {
  const chunk = track.chunks[track.at(seconds)];
  if (chunk === undefined) return { note: "not analysed yet", lanes: [] };
  const { gate, tags, branches } = partsOf(chunk, track.gateAt(seconds));
  if (gate === null) return { note: "silence", lanes: [] };
  const lanes = [{ name: "gate", scores: Object.entries(gate) }];
  for (const [name, scores] of branches) lanes.push({ name, scores: sorted(scores).slice(0, MOST_LABELS) });
  const wanted = [...track.tags.keys()];
  const others = tags.filter(([label]) => !wanted.includes(label)).slice(0, MOST_TAGS);
  const scores = [...wanted.map((label) => tags.find(([found]) => found === label) ?? [label, 0]), ...others];
  return { note: null, lanes: scores.length > 0 ? [...lanes, { name: "tags", scores }] : lanes };
}

/** Identifies a reading: two moments with the same place have the same reading. */
function placeOf(seconds, track) {
  const grid = track.gateGrid;
  return `${track.at(seconds)} ${grid.at(seconds)} ${[...track.tags.keys()]}`;
}

/** The same as one sentence, for screen readers. */
export function spoken(seconds, { note, lanes }) {
  const results = lanes.map(({ name, scores }) => scores.map((score) => inWords(name, score)).join(", "));
  return `${preciseClock(seconds)}: ${note ?? results.join("; ")}`;
}

/** One chunk in words: its time, what the gate found, the best label of each branch that ran, and the best tag. */
export function chunkInWords(chunk) {
  const { gate, tags, branches } = partsOf(chunk, chunk.gate);
  if (gate === null) return `At ${clock(chunk.start)}: silence`;
  const said = Object.entries(gate).map((score) => inWords("gate", score));
  for (const [name, scores] of branches) said.push(inWords(name, sorted(scores)[0]));
  if (tags.length > 0) said.push(inWords("tags", tags[0]));
  return `At ${clock(chunk.start)}: ${said.join(", ")}`;
}

function partsOf({ start: _start, end: _end, gate: _gate, tags, ...branches }, gate) {
  return {
    gate,
    tags: (tags ?? []).map(({ label, probability }) => [label, probability]),
    branches: Object.entries(branches).filter(([, scores]) => scores !== null),
  };
}

function sorted(scores) {
  return Object.entries(scores).sort((one, other) => other[1] - one[1]);
}

function inWords(name, [label, value]) {
  return `${labelName(label, name)} ${percent(value)}`;
}

/** The numbers beside the pointer, or beside the cursor after a key. The slider's value text says the same. */
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
