import { Colours } from "./colours.js";
import { ROLE_COLOURS } from "./theme.js";

const SILENCE = "silence";

/** "music+speech" -> ["music", "speech"]; silence has no part. */
export function partsOf(label) {
  return label === SILENCE ? [] : label.split("+");
}

/** Colours of what segments' labels are made of: labels of the gate, or the way that a chunk took instead. */
export class Roles {
  names = []; // of this sound
  #colours = new Colours(ROLE_COLOURS);

  update(gateLabels, segments) {
    this.names = [...new Set([...gateLabels, ...segments.flatMap((segment) => partsOf(segment.label))])];
    this.#colours.share(this.names, this.names);
  }

  colour(name, theme) {
    return this.#colours.has(name) ? theme.roles[this.#colours.slot(name)] : theme.other;
  }

  className(name) {
    return this.#colours.has(name) ? `timeline-role-${this.#colours.slot(name)}` : "timeline-other";
  }
}
