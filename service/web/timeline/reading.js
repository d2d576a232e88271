import { percent } from "../words/certainty.js";
import { labelName } from "../words/label.js";
import { preciseClock } from "../words/time.js";

const MOST_LABELS = 4;

/** What was heard at this second, `[{name, scores: [[label, probability], …]}, …]`, or a note that says why nothing was. */
export function readingAt(seconds, track) {
  const chunk = track.chunks[track.at(seconds)];
  if (chunk === undefined) return { note: "not heard yet", lanes: [] };
  if (chunk.gate === null) return { note: "silence", lanes: [] };
  const { start: _start, end: _end, ...lanes } = chunk;
  const heard = Object.entries(lanes).filter(([, scores]) => scores !== null);
  const shown = (name, scores) => (name === "gate" ? Object.entries(scores) : best(scores));
  return { note: null, lanes: heard.map(([name, scores]) => ({ name, scores: shown(name, scores) })) };
}

function best(scores) {
  return Object.entries(scores)
    .sort((one, other) => other[1] - one[1])
    .slice(0, MOST_LABELS);
}

/** The same as one sentence, for those who hear it. */
export function spoken(seconds, { note, lanes }) {
  const heard = lanes.map(({ scores }) => scores.map(([label, value]) => `${labelName(label)} ${percent(value)}`).join(", "));
  return `${preciseClock(seconds)}: ${note ?? heard.join("; ")}`;
}
