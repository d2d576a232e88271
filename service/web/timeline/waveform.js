const QUIET_SHOWS = 0.6; // exponent; below 1, so that quiet sound is seen, too
const CORE = 0.7; // of the height that the mean would have, for it to stay within the peaks
const GAP_FROM = 4; // CSS pixels; wider bars have a gap between them
const ROUNDING = 0.001; // of a value's index

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
