import { element, part } from "../element.js";
import { clock } from "../words/numbers.js";
import { verdict } from "../words/verdict.js";

const WORDS = {
  waiting: "waits",
  sending: "is sent",
  listening: "is heard",
  recording: "is recorded",
  pausing: "tries again soon",
  locked: "waits for a key",
  stopped: "stopped",
};

/** The sounds of this visit, the newest first. Calls `onOpen` with the one that is chosen. */
export class History {
  #buttons = new Map();
  #onOpen;

  constructor(onOpen) {
    this.#onOpen = onOpen;
  }

  get sounds() {
    return [...this.#buttons.keys()];
  }

  add(sound) {
    const button = element("button", { type: "button" });
    button.addEventListener("click", () => this.#onOpen(sound));
    this.#buttons.set(sound, button);
    for (const type of ["change", "report"]) sound.addEventListener(type, () => this.#draw(sound));
    this.#draw(sound);
    part("history").prepend(element("li", {}, button));
    part("history-panel").hidden = false;
  }

  /** Marks the open one. */
  mark(sound) {
    for (const [other, button] of this.#buttons) {
      if (other === sound) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  #draw(sound) {
    const { name, state, duration, report, problem } = sound;
    const words = problem?.title ?? WORDS[state] ?? verdict(report);
    const length = duration === null ? "" : clock(duration);
    this.#buttons.get(sound).className = problem === null ? "" : "has-problem";
    this.#buttons.get(sound).replaceChildren(
      element("span", { className: "name" }, name),
      element("span", { className: "length" }, length),
      element("span", { className: "words" }, words),
    );
  }
}
