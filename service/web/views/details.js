import { element, part } from "../element.js";
import { capitalised, labelName } from "../words/label.js";
import { duration, percent } from "../words/numbers.js";
import { branchesOf, segmentName } from "../words/verdict.js";

/** What is less likely is summed up in one row. */
const LEAST_SHOWN = 0.02;
const MOST_NAMED = 3;
const CHANNELS = { 1: "mono", 2: "stereo" };

/** How much of the time each label has, by the segments in words. */
export function showShares(segments) {
  const rows = sharesOf(segments).map(([label, seconds, share]) => [label, share, `${duration(seconds)} · ${percent(share)}`]);
  part("shares").replaceChildren(bars(rows));
}

/** That a sound is not all the same, if so: the labels that have most of the time. */
export function changesInWords(segments) {
  const rows = sharesOf(segments);
  if (rows.length < 2) return "";
  const words = rows.slice(0, MOST_NAMED).map(([label, , share]) => `${label} ${percent(share)}`);
  return `Over the time: ${words.join(", ")}${rows.length > MOST_NAMED ? ", and more" : ""}.`;
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

/** The averages: what the gate found, and each branch that heard something. */
export function showLabels(report, settings) {
  const groups = [];
  if (report.gate !== null) groups.push(group("Gate", Object.entries(report.gate).map(([name, share]) => [labelName(name), share])));
  for (const name of branchesOf(report)) {
    const { seconds, probabilities } = report[name];
    if (probabilities === null) continue;
    groups.push(group(`${capitalised(labelName(name))}, over ${duration(seconds)}`, top(name, probabilities, settings.top_k)));
  }
  if (groups.length === 0) groups.push(element("p", { className: "soft" }, "Nothing sounded."));
  part("labels").replaceChildren(...groups);
}

function group(title, rows) {
  return element("div", {}, element("h4", {}, title), bars(rows));
}

/** The most probable labels of a branch, and what the others have together. */
function top(branch, probabilities, topK) {
  const sorted = Object.entries(probabilities).sort(([, one], [, other]) => other - one);
  const shown = topK === null ? sorted.filter(([, share], at) => at === 0 || share >= LEAST_SHOWN) : sorted.slice(0, topK);
  const rest = sorted.slice(shown.length);
  const rows = shown.map(([label, share]) => [labelName(label, branch), share]);
  if (rest.length > 0) rows.push([`${rest.length} others`, rest.reduce((sum, [, share]) => sum + share, 0)]);
  return rows;
}

/** A list of names, each with its share (0 to 1) as a bar and in numbers. `rows` are [name, share, words?, colour?]. */
function bars(rows) {
  return element("ul", { className: "bars" }, ...rows.map(row));
}

function row([name, share, words = percent(share), colour = null]) {
  const bar = element("span", { className: "bar", "aria-hidden": "true" }, element("span"));
  bar.firstElementChild.style.inlineSize = `${100 * share}%`;
  if (colour !== null) bar.firstElementChild.style.background = colour;
  return element("li", {}, element("span", { className: "name" }, name), bar, element("span", { className: "number" }, words));
}

/** What the decoder found, and its warnings. */
export function showAudio(audio) {
  const facts = audioFacts(audio).map(([name, words]) => element("div", {}, element("dt", {}, name), element("dd", {}, words)));
  part("audio-facts").replaceChildren(...facts);
  part("warnings").replaceChildren(...audio.warnings.map((warning) => element("li", {}, warning)));
}

/** What the decoder found, as pairs of a name and words. */
function audioFacts(audio) {
  return [
    ["Container", audio.container.toUpperCase()],
    ["Codec", audio.codec.replaceAll("_", " ").toUpperCase()],
    ["Sample rate", `${audio.sample_rate / 1000} kHz`],
    ["Channels", CHANNELS[audio.channels] ?? String(audio.channels)],
    ["Duration", duration(audio.duration_seconds)],
    ["Silence", audio.silence_ratio === 0 ? "none" : `${percent(audio.silence_ratio)} of the time`],
    ["Clipping", audio.clipping_ratio === 0 ? "none" : `${percent(audio.clipping_ratio)} of the samples`],
  ];
}
