const FAN = 4;
const QUIET_SHOWS = 0.6; // exponent; below 1, so that quiet sound is seen, too
const CORE = 0.7; // of the height that the mean would have, for it to stay within the peaks
const GAP_FROM = 4; // CSS pixels; wider bars have a gap between them
const ROUNDING = 0.001; // of a value's index

/** The loudness of the sound over time. Any stretch of it is summed up in the same few steps. */
export class Peaks {
  perSecond = 0;
  #levels = [[]]; // each value of a level is the largest of FAN of the level before
  #sums = [0];

  get length() {
    return this.#levels[0].length;
  }

  get seconds() {
    return this.perSecond > 0 ? this.length / this.perSecond : 0;
  }

  /** `values`: 0..1 */
  append(perSecond, values) {
    this.perSecond = perSecond;
    let sum = this.#sums.at(-1);
    for (const value of values) {
      sum += value;
      this.#sums.push(sum);
      this.#push(0, value);
    }
  }

  #push(depth, value) {
    const level = (this.#levels[depth] ??= []);
    level.push(value);
    if (level.length % FAN !== 0) return;
    let largest = 0;
    for (let index = level.length - FAN; index < level.length; index += 1) largest = Math.max(largest, level[index]);
    this.#push(depth + 1, largest);
  }

  /** Mean of the values from `first` up to, not including, `last`. */
  mean(first, last) {
    return (this.#sums[last] - this.#sums[first]) / (last - first);
  }

  /** The largest of them. */
  loudest(first, last) {
    let from = first;
    let to = last;
    let largest = 0;
    for (let depth = 0; from < to; depth += 1) {
      const level = this.#levels[depth];
      while (from < to && from % FAN !== 0) largest = Math.max(largest, level[from++]);
      while (from < to && to % FAN !== 0) largest = Math.max(largest, level[--to]);
      from /= FAN;
      to /= FAN;
    }
    return largest;
  }
}

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
