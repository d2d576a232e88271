import { certainty, percent } from "./certainty.js";
import { capitalised, labelInSentence, labelName, partsOf } from "./label.js";

/** The branches of a report: their names, the gate's excluded. */
export function branchesOf(report) {
  return Object.keys(report.models).filter((name) => name !== "gate");
}

/** The answer in one sentence, such as "Music, most likely metal (61 %)". */
export function verdict(report) {
  const { kinds, detail } = partsOf(report.label);
  const probability = detailProbability(report, detail);
  const share = probability === null ? "" : ` (${percent(probability)})`;
  if (isNeither(report, kinds)) {
    const what = detail === null ? "" : `: ${labelInSentence(detail)}${share}`;
    return `${capitalised(neither(report))}${what}`;
  }
  const what = detail === null ? "" : `, most likely ${labelInSentence(detail)}${share}`;
  return `${capitalised(kinds.map(labelName).join(" and "))}${what}`;
}

/** How certain that is, in words and numbers. */
export function verdictCertainty(report) {
  if (report.gate === null) return "Nothing in it is louder than −60 dB below full scale.";
  const { kinds, detail } = partsOf(report.label);
  const claims = isNeither(report, kinds)
    ? [[neither(report), routeWeight(report, kinds.join("+"))]]
    : kinds.map((kind) => [labelName(kind), report.gate[kind]]);
  const probability = detailProbability(report, detail);
  if (probability !== null) claims.push([labelInSentence(detail), probability]);
  return claims.map(([what, value]) => `${capitalised(what)}: ${certainty(value)} (${percent(value)}).`).join(" ");
}

function neither(report) {
  const names = Object.keys(report.gate).map(labelName);
  return names.length === 2 ? `neither ${names.join(" nor ")}` : `none of ${names.join(", ")}`;
}

/** Whether none of the gate's labels is in the verdict, which is not silence either. */
function isNeither(report, kinds) {
  return report.gate !== null && !kinds.some((kind) => kind in report.gate);
}

function routeWeight(report, route) {
  return report.joint
    .filter(({ label }) => label.split("/")[0] === route)
    .reduce((sum, { probability }) => sum + probability, 0);
}

/** The average of the detail within the branch that knows it; null if there is none. */
function detailProbability(report, detail) {
  if (detail === null) return null;
  const knowing = branchesOf(report).map((name) => report[name].probabilities).find((known) => known && detail in known);
  return knowing?.[detail] ?? null;
}
