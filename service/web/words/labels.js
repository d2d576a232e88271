import { certainty, percent } from "./numbers.js";

/** Of the sounding time; what holds for less is not what the whole sound is. */
const NEARLY_ALL = 0.8;
const LEAST_NAMED = 0.005; // what rounds to 1 %
const SILENCE = "silence";
const OTHER = "other";
const UNBROKEN = "\u00a0";

/** The branches of a report, by their names. */
export function branchesOf(report) {
  return Object.keys(report.models).filter((name) => report[name]?.seconds !== undefined);
}

/** The answer in a few words: "Music, most likely metal (61 %)", or, of a sound that is not all the same, what it is made of. */
export function verdict(report) {
  return isMixed(report) ? mixture(report.shares) : capitalised(sentence(report));
}

/** How certain that is, in words and numbers; of a mixture, the one label that the service has for it. */
export function verdictCertainty(report) {
  if (report.gate === null) return "Nothing is louder than −60 dBFS.";
  if (isMixed(report)) return `Overall label: ${sentence(report)}.`;
  const { kinds, detail } = partsOf(report.label);
  const claims = isNeither(report, kinds)
    ? [[neither(report), routeWeight(report, kinds.join("+"))]]
    : kinds.filter((kind) => kind in report.gate).map((kind) => [labelName(kind), report.gate[kind]]);
  const probability = detailProbability(report, kinds, detail);
  if (probability !== null) claims.push([labelInSentence(detail), probability]);
  return claims.map(([what, value]) => `${capitalised(what)}: ${certainty(value)} (${percent(value)}).`).join(" ");
}

/** The segments with their detail as people write it. */
export function segmentsInWords(report) {
  return report.segments.map((segment) => {
    const { label, detail } = segment;
    return detail === null ? segment : { ...segment, detail: labelName(detail, branchOf(report, label, detail)) };
  });
}

/** "music and speech (pop)", of a segment in words. */
export function segmentName({ label, detail }) {
  const kind = label.split("+").map((kind) => labelName(kind)).join(" and ");
  return detail === null ? kind : `${kind} (${detail})`;
}

/** Whether the label holds for less than nearly all of the time in which something sounds. */
function isMixed(report) {
  const secondsOf = (segments) => segments.reduce((sum, { start, end }) => sum + end - start, 0);
  const sounding = report.segments.filter(({ label }) => label !== SILENCE);
  const [outcome] = report.label.split("/");
  return secondsOf(sounding.filter(({ label }) => label === outcome)) < NEARLY_ALL * secondsOf(sounding);
}

/** "Mixed: speech 43 %, music 41 %, other 30 %": two labels at once count for both. */
function mixture({ both: _both, neither: other = 0, silent = 0, ...labels }) {
  const parts = Object.entries({ ...labels, other }).sort(([, one], [, another]) => another - one);
  const named = [...parts, [SILENCE, silent]].filter(([, share]) => share >= LEAST_NAMED);
  const words = named.map(([label, share]) => `${labelName(label)} ${percent(share)}`.replaceAll(" ", UNBROKEN));
  return `Mixed: ${words.join(", ")}`;
}

function sentence(report) {
  const { kinds, detail } = partsOf(report.label);
  const isNone = isNeither(report, kinds);
  const what = isNone ? neither(report) : kinds.map((kind) => labelName(kind)).join(" and ");
  if (detail === null) return what;
  if (isOther(detail)) return `${what}${isNone ? ":" : ","} ${labelName(detail, branchOf(report, kinds.join("+"), detail))}`;
  const probability = detailProbability(report, kinds, detail);
  const share = probability === null ? "" : ` (${percent(probability)})`;
  return `${what}${isNone ? ": " : ", most likely "}${labelInSentence(detail)}${share}`;
}

function neither(report) {
  const names = Object.keys(report.gate).map((kind) => labelName(kind));
  return names.length === 2 ? `neither ${names.join(" nor ")}` : `none of ${names.join(", ")}`;
}

/** Whether none of the gate's labels is in the verdict, which is not silence either. */
function isNeither(report, kinds) {
  return report.gate !== null && kinds[0] !== SILENCE && !kinds.some((kind) => kind in report.gate);
}

function routeWeight(report, route) {
  return report.joint
    .filter(({ label }) => label.split("/")[0] === route)
    .reduce((sum, { probability }) => sum + probability, 0);
}

/** The average of the detail within the branch that knows it; null if there is none, or no known kind. */
function detailProbability(report, kinds, detail) {
  if (detail === null || isOther(detail)) return null;
  const branch = branchOf(report, kinds.join("+"), detail);
  return branch === null ? null : report[branch].probabilities[detail];
}

/**
 * The branch that this detail of an outcome comes from; null if none knows it. Several may know `other`: a branch that is
 * called as an outcome belongs to that one.
 */
function branchOf(report, outcome, detail) {
  const knowing = branchesOf(report).filter((name) => detail in (report[name].probabilities ?? {}));
  const outcomes = new Set(report.joint.map(({ label }) => label.split("/")[0]));
  return [outcome, ...knowing.filter((name) => !outcomes.has(name)), ...knowing].find((name) => knowing.includes(name)) ?? null;
}

/** How some labels are called in a sentence; others are called by their name. */
const IN_A_SENTENCE = {
  beach_sea: "the sea",
  busy_room: "a busy room",
  city_street: "a city street",
  construction_site: "a construction site",
  fire: "a fire",
  forest_birds: "birds in the country",
  hiphop: "hip hop",
  night_insects: "insects at night",
  office: "an office",
  playground: "a playground",
  river_stream: "a stream",
  thunderstorm: "a thunderstorm",
  train: "a train",
  vehicle: "the inside of a vehicle",
};

function labelInSentence(label, branch = null) {
  return IN_A_SENTENCE[label] ?? labelName(label, branch);
}

/** The name of a label, as people write it. `branch`: the model that says it, whose `other` is none of its kinds. */
export function labelName(label, branch = null) {
  return isOther(label) && branch !== null ? `no known ${labelName(branch)}` : label.replaceAll("_", " ");
}

function isOther(label) {
  return label === OTHER;
}

/** A label of a whole sound or a segment: `music+speech/pop` has two kinds and a detail. */
function partsOf(label) {
  const [kinds, detail = null] = label.split("/");
  return { kinds: kinds.split("+"), detail };
}

export function capitalised(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
