import { part } from "../element.js";

/** Tells those who cannot see the page, politely, how far the open sound is: not every chunk. */
export class Announcer {
  #said = "";

  say(text) {
    if (text === this.#said) return;
    this.#said = text;
    part("announcer").textContent = text;
  }
}
