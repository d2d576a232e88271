import { percent } from "./certainty.js";
import { duration } from "./time.js";

const CHANNELS = { 1: "mono", 2: "stereo" };

/** What the decoder found, as pairs of a name and words. */
export function audioFacts(audio) {
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
