import { element, part } from "../element.js";
import { capitalised, labelName } from "../words/label.js";
import { duration } from "../words/time.js";
import { branchesOf } from "../words/verdict.js";
import { bars } from "./bars.js";

/** What is less likely is summed up in one row. */
const LEAST_SHOWN = 0.02;

/** The averages: what the gate found, and each branch that heard something. */
export function showLabels(report, settings) {
  const groups = [];
  if (report.gate !== null) groups.push(group("Gate", Object.entries(report.gate).map(([name, share]) => [labelName(name), share])));
  for (const name of branchesOf(report)) {
    const { seconds, probabilities } = report[name];
    if (probabilities === null) continue;
    groups.push(group(`${capitalised(labelName(name))}, over ${duration(seconds)}`, top(probabilities, settings.top_k)));
  }
  if (groups.length === 0) groups.push(element("p", { className: "soft" }, "Nothing sounded."));
  part("labels").replaceChildren(...groups);
}

function group(title, rows) {
  return element("div", {}, element("h4", {}, title), bars(rows));
}

function top(probabilities, topK) {
  const sorted = Object.entries(probabilities).sort(([, one], [, other]) => other - one);
  const shown = topK === null ? sorted.filter(([, share], at) => at === 0 || share >= LEAST_SHOWN) : sorted.slice(0, topK);
  const rest = sorted.slice(shown.length);
  const rows = shown.map(([label, share]) => [labelName(label), share]);
  if (rest.length > 0) rows.push([`${rest.length} others`, rest.reduce((sum, [, share]) => sum + share, 0)]);
  return rows;
}
