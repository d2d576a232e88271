import { element, part } from "../element.js";
import { branchesOf, capitalised, labelName, segmentName } from "../words/labels.js";
import { duration, percent, preciseClock } from "../words/numbers.js";

// What a report says below its headline: shares of time, averages, audio, segments, tags.

/** What is less likely is summed up in one row. */
const LEAST_SHOWN = 0.02;
const MOST_NAMED = 3;
const ROWS_AT_A_TIME = 100; // of the table of segments
const CHANNELS = { 1: "mono", 2: "stereo" };

/** How much of the time each label has, by the segments in words. */
export function showShares(segments) {
  const rows = sharesOf(segments).map(([label, seconds, share]) => [label, share, `${duration(seconds)} · ${percent(share)}`]);
  part("shares").replaceChildren(bars(rows));
}

/** The labels that have most of the time; empty if there is only one. */
export function changesInWords(segments) {
  const rows = sharesOf(segments);
  if (rows.length < 2) return "";
  const words = rows.slice(0, MOST_NAMED).map(([label, , share]) => `${label} ${percent(share)}`);
  return `Over time: ${words.join(", ")}${rows.length > MOST_NAMED ? ", and more" : ""}.`;
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

/** The average probabilities: of the gate, and of each branch that ran. */
export function showLabels(report, settings) {
  const groups = [];
  if (report.gate !== null) groups.push(group("Gate", Object.entries(report.gate).map(([name, share]) => [labelName(name), share])));
  for (const name of branchesOf(report)) {
    const { seconds, probabilities } = report[name];
    if (probabilities === null) continue;
    groups.push(group(`${capitalised(labelName(name))}, over ${duration(seconds)}`, top(name, probabilities, settings.top_k)));
  }
  if (groups.length === 0) groups.push(element("p", { className: "soft" }, "Only silence."));
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

/** What the decoder found, with its warnings. */
export function showAudio(audio) {
  const facts = audioFacts(audio).map(([name, words]) => element("div", {}, element("dt", {}, name), element("dd", {}, words)));
  part("audio-facts").replaceChildren(...facts);
  part("warnings").replaceChildren(...audio.warnings.map((warning) => element("li", {}, warning)));
}

/** Pairs of a name and words. */
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

/** The segments in words: a table of segments, whose starts can be played from. */
export class SegmentTable {
  #segments = [];
  #onSeek;

  constructor(onSeek) {
    this.#onSeek = onSeek;
    part("more-segments").addEventListener("click", () => this.#addRows());
  }

  show(segments) {
    this.#segments = segments;
    part("segments").replaceChildren();
    this.#addRows();
  }

  #addRows() {
    const body = part("segments");
    const shown = body.children.length;
    body.append(...this.#segments.slice(shown, shown + ROWS_AT_A_TIME).map((segment) => this.#row(segment)));
    const left = this.#segments.length - body.children.length;
    part("more-segments").hidden = left <= 0;
    part("more-segments").textContent = `Show ${Math.min(left, ROWS_AT_A_TIME)} more of ${left}`;
  }

  #row(segment) {
    const start = preciseClock(segment.start);
    const seek = element("button", { type: "button", className: "link", "aria-label": `Play from ${start}` }, start);
    seek.addEventListener("click", () => this.#onSeek(segment.start));
    return element(
      "tr",
      {},
      element("td", {}, seek),
      element("td", {}, preciseClock(segment.end)),
      element("td", {}, segmentName(segment), ...tagsOf(segment)),
      element("td", {}, percent(segment.probability)),
    );
  }
}

function tagsOf({ tags }) {
  return tags?.length > 0 ? [element("small", { className: "soft" }, tags.map(({ label }) => label).join("; "))] : [];
}

/**
 * The tags of the open sound, a chip for each. Pressed, it has a lane in the timeline: `onChange` is called when that
 * changes.
 */
export class TagChips {
  #onChange;
  #drawn = ""; // what the chips say, and for which sound: they are not made again, and keep the focus, while it stays
  #sound = null;

  constructor(onChange) {
    this.#onChange = onChange;
  }

  /** Returns the labels of the tags with a lane; while the sound is analysed, all that had one before. */
  show(sound) {
    const { report, settings, wantedTags } = sound;
    const tags = (report?.tags ?? []).slice(0, settings.top_k ?? undefined);
    const drawn = JSON.stringify(tags);
    if (sound !== this.#sound || drawn !== this.#drawn) part("tags").replaceChildren(...tags.map((tag) => this.#chip(tag, wantedTags)));
    part("tags-panel").hidden = tags.length === 0;
    [this.#sound, this.#drawn] = [sound, drawn];
    return report === null ? [...wantedTags] : tags.map(({ label }) => label).filter((label) => wantedTags.has(label));
  }

  #chip({ label, probability }, wantedTags) {
    const chip = element(
      "button",
      { type: "button", className: "chip", "aria-pressed": String(wantedTags.has(label)), "aria-describedby": "tags-help" },
      `${label} `,
      element("span", { className: "number" }, percent(probability)),
    );
    chip.addEventListener("click", () => {
      if (!wantedTags.delete(label)) wantedTags.add(label);
      chip.setAttribute("aria-pressed", String(wantedTags.has(label)));
      this.#onChange();
    });
    return element("li", {}, chip);
  }
}
