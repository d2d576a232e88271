import { element } from "../element.js";
import { labelName } from "../words/labels.js";

const SILENCE = "silence";
const LABEL_COLOURS = 6;
const ROLE_COLOURS = 4;

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

  /** `lane`: "gate", "tags", or the name of a branch. */
  className(lane, label) {
    if (lane === "gate") return this.roles.className(label);
    if (lane === "tags") return "timeline-tag";
    const colours = this.branch(lane);
    return colours.has(label) ? `timeline-label-${colours.slot(label)}` : "timeline-other";
  }
}

/** Which label has which of a few colours: the same one for the whole session, unless two labels on the screen would share it. */
class Colours {
  #size;
  #slots = new Map(); // of labels that have a colour now
  #remembered = new Map();

  constructor(size) {
    this.#size = size;
  }

  /** The first of `wanted` get a colour, by preference the one of their place in `all`. */
  share(wanted, all) {
    const chosen = wanted.slice(0, this.#size);
    for (const label of [...this.#slots.keys()]) if (!chosen.includes(label)) this.#slots.delete(label);
    const newcomers = all.filter((label) => chosen.includes(label) && !this.#slots.has(label));
    for (const label of newcomers) {
      const preferred = this.#remembered.get(label) ?? all.indexOf(label) % this.#size;
      const slot = this.#isFree(preferred) ? preferred : this.#firstFree();
      this.#slots.set(label, slot);
      this.#remembered.set(label, slot);
    }
  }

  #isFree(slot) {
    return ![...this.#slots.values()].includes(slot);
  }

  #firstFree() {
    return Array.from({ length: this.#size }, (_, slot) => slot).find((slot) => this.#isFree(slot));
  }

  has(label) {
    return this.#slots.has(label);
  }

  /** 0 to size - 1; undefined for a label without a colour. */
  slot(label) {
    return this.#slots.get(label);
  }
}

/** "music+speech" -> ["music", "speech"]; silence has no part. */
export function rolesOf(label) {
  return label === SILENCE ? [] : label.split("+");
}

/** Colours of what segments' labels are made of: labels of the gate, or the way that a chunk took instead. */
class Roles {
  names = []; // of this sound
  #colours = new Colours(ROLE_COLOURS);

  update(gateLabels, segments) {
    this.names = [...new Set([...gateLabels, ...segments.flatMap((segment) => rolesOf(segment.label))])];
    this.#colours.share(this.names, this.names);
  }

  colour(name, theme) {
    return this.#colours.has(name) ? theme.roles[this.#colours.slot(name)] : theme.other;
  }

  className(name) {
    return this.#colours.has(name) ? `timeline-role-${this.#colours.slot(name)}` : "timeline-other";
  }
}

/** Which colour means what, in words. */
export class Legend {
  element = element("div", { className: "timeline-legend" });
  #written = "";

  update({ track }, hues) {
    const lists = [["segments", hues.roles.names.map((name) => [name, hues.roles.className(name)])]];
    for (const [name, lane] of track.branches) {
      const coloured = lane.ranked().filter((label) => hues.branch(name).has(label));
      const items = coloured.map((label) => [label, hues.className(name, label)]);
      lists.push([name, lane.labels.length > items.length ? [...items, ["others", "timeline-other"]] : items]);
    }
    const words = JSON.stringify(lists);
    if (words === this.#written) return;
    this.#written = words;
    this.element.replaceChildren(...lists.filter(([, items]) => items.length > 0).map(list));
  }
}

function list([lane, labels]) {
  const entries = labels.map(([label, className]) => element("li", { className }, labelName(label, lane)));
  const name = labelName(lane);
  const items = element("ul", { ariaLabel: `Colours of ${name}` }, ...entries);
  return element("div", {}, element("strong", {}, name), items);
}

const numbered = (name, count) => Array.from({ length: count }, (_, slot) => `${name}-${slot}`);

/** The colours and the font as timeline.css has them for light, dark and forced colours. `element` has to be in the document. */
export function readTheme(element) {
  const probe = document.createElement("span");
  probe.style.forcedColorAdjust = "none"; // what is forced upon text would make every colour the same
  element.append(probe);
  const style = getComputedStyle(probe);
  const colour = (name) => {
    probe.style.color = `var(--timeline-${name})`;
    return style.color;
  };
  const theme = {
    quiet: colour("quiet"),
    rule: colour("rule"),
    band: colour("band"),
    wave: colour("wave"),
    waveCore: colour("wave-core"),
    other: colour("other"),
    onRole: colour("on-role"),
    roles: numbered("role", ROLE_COLOURS).map(colour),
    labels: numbered("label", LABEL_COLOURS).map(colour),
    family: style.fontFamily,
  };
  probe.remove();
  return theme;
}
