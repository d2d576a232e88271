import { element, part } from "../element.js";
import { audioFacts } from "../words/audio.js";

/** What the decoder found, and its warnings. */
export function showAudio(audio) {
  const facts = audioFacts(audio).map(([name, words]) => element("div", {}, element("dt", {}, name), element("dd", {}, words)));
  part("audio-facts").replaceChildren(...facts);
  part("warnings").replaceChildren(...audio.warnings.map((warning) => element("li", {}, warning)));
}
