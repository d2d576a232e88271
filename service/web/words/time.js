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
