import { Colours } from "./colours.js";
import { Roles } from "./roles.js";
import { LABEL_COLOURS } from "./theme.js";

/** Who has which colour: parts of segments, and the most frequent labels of each branch. */
export class Hues {
  roles = new Roles();
  #branches = new Map();

  branch(name) {
    if (!this.#branches.has(name)) this.#branches.set(name, new Colours(LABEL_COLOURS));
    return this.#branches.get(name);
  }

  update({ track, segments }) {
    this.roles.update(track.gate.labels, segments);
    for (const [name, lane] of track.branches) this.branch(name).share(lane.ranked(), lane.labels);
  }

  /** `lane`: "gate", or the name of a branch. */
  className(lane, label) {
    if (lane === "gate") return this.roles.className(label);
    const colours = this.branch(lane);
    return colours.has(label) ? `timeline-label-${colours.slot(label)}` : "timeline-other";
  }
}
