import { percent } from "./certainty.js";
import { labelName } from "./label.js";
import { clock } from "./time.js";

/** One chunk in words: its time, what the gate found, and the best label of each branch that heard it. */
export function chunkInWords({ start, end: _end, gate, ...branches }) {
  const said = gate === null ? ["silence"] : Object.entries(gate).map(([label, share]) => `${labelName(label)} ${percent(share)}`);
  for (const scores of Object.values(branches)) {
    if (scores === null) continue;
    const [label, share] = Object.entries(scores).reduce((best, other) => (other[1] > best[1] ? other : best));
    said.push(`${labelName(label)} ${percent(share)}`);
  }
  return `At ${clock(start)}: ${said.join(", ")}`;
}
