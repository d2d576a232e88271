const WORDS = [
  [0.95, "almost certain"],
  [0.8, "very likely"],
  [0.6, "likely"],
  [0.4, "uncertain"],
  [0, "no more than a guess"],
];

/** A probability, 0 to 1, in words. */
export function certainty(probability) {
  return WORDS.find(([least]) => probability >= least)[1];
}

/** A share, 0 to 1: 61 %; what is there but small is less than 1 %. */
export function percent(share) {
  const whole = Math.round(100 * share);
  if (whole === 0 && share > 0) return "< 1 %";
  if (whole === 100 && share < 1) return "> 99 %";
  return `${whole} %`;
}
