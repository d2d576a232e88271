import { labelName } from "../words/labels.js";
import { rolesOf } from "./colours.js";

// The two strips that the picture and the overview share: the waveform, and the ribbon of segments.

const QUIET_SHOWS = 0.6; // exponent; below 1, so that quiet sound is seen, too
const CORE = 0.7; // of the height that the mean would have, for it to stay within the peaks
const GAP_FROM = 4; // CSS pixels; wider bars have a gap between them
const ROUNDING = 0.001; // of a value's index
const RADIUS = 4;
const GAP = 1;
const STRIPE = 0.27; // of the height, for what is there as well: speech under music
const PADDING = 8;
const SHORTEST_WORD = 10;

/** The loudness as mirrored bars, one for a pixel or a value: its peak, and within it the mean. */
export function drawWaveform(context, box, peaks, view, theme) {
  const middle = box.top + box.height / 2;
  context.fillStyle = theme.rule;
  context.fillRect(0, middle - 0.5, view.width, 1);
  const bars = barsOf(peaks, view);
  context.fillStyle = theme.wave;
  for (const { x, width, first, last } of bars) {
    fillMirrored(context, x, width, middle, (peaks.loudest(first, last) ** QUIET_SHOWS * box.height) / 2);
  }
  context.fillStyle = theme.waveCore;
  for (const { x, width, first, last } of bars) {
    fillMirrored(context, x, width, middle, (CORE * peaks.mean(first, last) ** QUIET_SHOWS * box.height) / 2);
  }
}

/** `first` and `last`: the values that a bar sums up, the last one not included. */
function barsOf(peaks, view) {
  const bars = [];
  const valuesAt = (x) => Math.floor(view.seconds(x) * peaks.perSecond + ROUNDING);
  const left = (index) => Math.round(view.x(index / peaks.perSecond));
  for (let first = valuesAt(0); first < peaks.length; first = bars.at(-1).last) {
    const x = left(first);
    if (x >= view.width) break;
    const last = Math.min(Math.max(valuesAt(x + 1), first + 1), peaks.length);
    const width = left(last) - x;
    bars.push({ x, width: width > GAP_FROM ? width - 1 : width, first, last });
  }
  return bars;
}

function fillMirrored(context, x, width, middle, height) {
  if (height > 0) context.fillRect(x, middle - height, width, 2 * height);
}

/** The segments as a ribbon of colours. */
export function drawRibbon(context, box, segments, view, roles, theme) {
  for (const { segment, from, to } of visible(segments, view)) {
    const width = Math.max(to - from - (to - from > 4 ? GAP : 0), 1);
    const [main, ...others] = rolesOf(segment.label);
    context.fillStyle = main === undefined ? theme.band : roles.colour(main, theme);
    fillRounded(context, from, box.top, width, box.height, [RADIUS]);
    others.forEach((other, row) => {
      const height = Math.round(box.height * STRIPE);
      context.fillStyle = roles.colour(other, theme);
      const radii = row === 0 ? [0, 0, RADIUS, RADIUS] : [0];
      fillRounded(context, from, box.top + box.height - height * (row + 1), width, height, radii);
    });
  }
}

/** Their labels, as much of them as fits. */
export function writeRibbon(context, box, segments, view, theme) {
  context.font = `600 12px ${theme.family}`;
  context.textBaseline = "middle";
  for (const { segment, from, to } of visible(segments, view)) {
    const left = Math.max(from, 0) + PADDING;
    const room = Math.min(to, view.width) - PADDING - left;
    const others = Math.max(rolesOf(segment.label).length - 1, 0);
    const words = room < SHORTEST_WORD ? undefined : wordings(segment).find((text) => context.measureText(text).width <= room);
    if (words === undefined) continue;
    context.fillStyle = rolesOf(segment.label).length === 0 ? theme.quiet : theme.onRole;
    context.fillText(words, left, box.top + (box.height * (1 - STRIPE * others)) / 2 + 0.5);
  }
}

function wordings({ label, detail }) {
  const short = labelName(label).replaceAll("+", " + ");
  return detail === null ? [short] : [`${short} · ${labelName(detail)}`, labelName(detail), short];
}

/** Segments on the screen that have a pixel of their own, with the pixels that they have. */
function* visible(segments, view) {
  let taken = -Infinity;
  for (let index = firstVisible(segments, view.from); index < segments.length; index += 1) {
    const segment = segments[index];
    if (segment.start >= view.to) return;
    const from = Math.max(Math.round(view.x(segment.start)), -RADIUS);
    const to = Math.min(Math.round(view.x(segment.end)), view.width + RADIUS);
    if (to <= taken) continue;
    taken = to;
    yield { segment, from, to };
  }
}

function firstVisible(segments, second) {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (segments[middle].end <= second) low = middle + 1;
    else high = middle;
  }
  return low;
}

function fillRounded(context, x, y, width, height, radii) {
  if (width < 3 * RADIUS || height < 2 * RADIUS) {
    context.fillRect(x, y, width, height);
    return;
  }
  context.beginPath();
  context.roundRect(x, y, width, height, radii);
  context.fill();
}
