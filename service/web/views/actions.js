import { part } from "../element.js";

/** What can be done with the open sound: stop it while it is under way, listen again if it came to nothing. */
export class Actions {
  #stop = part("stop");
  #again = part("again");

  show({ state, isAtRest, blob }) {
    const focused = [this.#stop, this.#again].find((button) => button === document.activeElement);
    this.#stop.hidden = isAtRest;
    this.#again.hidden = !isAtRest || state === "done" || blob === null;
    if (focused?.hidden) this.#handOn();
  }

  /** A button that goes would take the focus with it. */
  #handOn() {
    const next = [this.#stop, this.#again, part("play")].find((button) => !button.hidden && !button.disabled);
    next?.focus();
  }
}
