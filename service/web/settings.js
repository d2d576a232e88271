/** What is asked of a sound, with the names that the service has for it; null leaves it to the service: chunks that touch, every label. */
export const DEFAULTS = Object.freeze({
  hop_seconds: null,
  smoothing: 1,
  min_segment_seconds: 0,
  merge_gap_seconds: 0,
  top_k: null,
});

const OF_SEGMENTS = ["smoothing", "min_segment_seconds", "merge_gap_seconds"];

/** Whether a sound must be listened to again to get from one to the other. */
export function needListening(before, after) {
  return before.hop_seconds !== after.hop_seconds;
}

/** Whether an answer for the one must be made anew from its chunks for the other. */
export function needRewriting(before, after) {
  return OF_SEGMENTS.some((name) => before[name] !== after[name]);
}

/** What an answer that is there already can be asked anew. */
export function forRewriting(settings) {
  return Object.fromEntries(OF_SEGMENTS.map((name) => [name, settings[name]]));
}
