import { labelName } from "../words/label.js";
import { clock, percent, preciseClock } from "../words/numbers.js";

const MOST_LABELS = 4;
const MOST_TAGS = 3; // besides those that have a lane

/**
 * What was heard at this second, or a note that says why nothing was: `[{name, scores: [[label, probability], …]}, …]`,
 * where the name is "gate", that of a branch, or "tags".
 */
export function readingAt(seconds, track) {
  const chunk = track.chunks[track.at(seconds)];
  if (chunk === undefined) return { note: "not heard yet", lanes: [] };
  const { gate, tags, branches } = partsOf(chunk, track.gateAt(seconds));
  if (gate === null) return { note: "silence", lanes: [] };
  const lanes = [{ name: "gate", scores: Object.entries(gate) }];
  for (const [name, scores] of branches) lanes.push({ name, scores: sorted(scores).slice(0, MOST_LABELS) });
  const wanted = [...track.tags.keys()];
  const others = tags.filter(([label]) => !wanted.includes(label)).slice(0, MOST_TAGS);
  const scores = [...wanted.map((label) => tags.find(([found]) => found === label) ?? [label, 0]), ...others];
  return { note: null, lanes: scores.length > 0 ? [...lanes, { name: "tags", scores }] : lanes };
}

/** What readings are the same: nothing of them changes while this does not. */
export function placeOf(seconds, track) {
  const grid = track.gateGrid;
  return `${track.at(seconds)} ${grid.at(seconds)} ${[...track.tags.keys()]}`;
}

/** The same as one sentence, for those who hear it. */
export function spoken(seconds, { note, lanes }) {
  const heard = lanes.map(({ name, scores }) => scores.map((score) => inWords(name, score)).join(", "));
  return `${preciseClock(seconds)}: ${note ?? heard.join("; ")}`;
}

/** One chunk in words: its time, what the gate found, the best label of each branch that heard it, and the best tag. */
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
