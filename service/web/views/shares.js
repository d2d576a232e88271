import { part } from "../element.js";
import { percent } from "../words/certainty.js";
import { labelName } from "../words/label.js";
import { duration } from "../words/time.js";
import { bars } from "./bars.js";

const MOST_NAMED = 3;

/** How much of the time each label has, by the segments. */
export function showShares(report) {
  const rows = sharesOf(report.segments).map(([label, seconds, share]) => [label, share, `${duration(seconds)} · ${percent(share)}`]);
  part("shares").replaceChildren(bars(rows));
}

/** That a sound is not all the same, if so: the labels that have most of the time. */
export function changesInWords(report) {
  const rows = sharesOf(report.segments);
  if (rows.length < 2) return "";
  const words = rows.slice(0, MOST_NAMED).map(([label, , share]) => `${label} ${percent(share)}`);
  return `Over the time: ${words.join(", ")}${rows.length > MOST_NAMED ? ", and more" : ""}.`;
}

export function segmentName({ label, detail }) {
  const kind = label.split("+").map(labelName).join(" and ");
  return detail === null ? kind : `${kind} (${labelName(detail)})`;
}

/** [label, seconds, share], the longest first. */
function sharesOf(segments) {
  const whole = segments.reduce((sum, { start, end }) => sum + end - start, 0);
  const sums = new Map();
  for (const segment of segments) {
    const name = segmentName(segment);
    sums.set(name, (sums.get(name) ?? 0) + segment.end - segment.start);
  }
  return [...sums].map(([name, seconds]) => [name, seconds, seconds / whole]).sort(([, one], [, other]) => other - one);
}
