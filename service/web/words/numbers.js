const UNITS = ["bytes", "KiB", "MiB", "GiB"];
const CERTAINTY = [
  [0.95, "almost certain"],
  [0.8, "very likely"],
  [0.6, "likely"],
  [0.4, "uncertain"],
  [0, "no more than a guess"],
];

/** A probability, 0 to 1, in words. */
export function certainty(probability) {
  return CERTAINTY.find(([least]) => probability >= least)[1];
}

/** A share, 0 to 1: 61 %; what is there but small is less than 1 %. */
export function percent(share) {
  const whole = Math.round(100 * share);
  if (whole === 0 && share > 0) return "< 1 %";
  if (whole === 100 && share < 1) return "> 99 %";
  return `${whole} %`;
}

/** A size as people say it: 1 GiB, 1.5 MiB. */
export function bytes(count) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, count)) / 10));
  return `${Number((count / 1024 ** power).toFixed(1))} ${UNITS[power]}`;
}

/** 0:07, 3:34, 1:02:03: for people who read along. */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** 0:07.5: the same to a tenth, for the borders of segments. */
export function preciseClock(seconds) {
  const tenths = Math.round(10 * seconds);
  return `${clock(Math.floor(tenths / 10))}.${tenths % 10}`;
}

/** A length as people say it: 7.5 s, 3 min 34 s, 1 h 2 min. */
export function duration(seconds) {
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const words = hours > 0 ? [[hours, "h"], [minutes, "min"]] : [[minutes, "min"], [rest, "s"]];
  return words.filter(([number]) => number > 0).map(([number, unit]) => `${number} ${unit}`).join(" ");
}
