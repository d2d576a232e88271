import { part } from "../element.js";

/** Asks for the key of the service. Calls `onKey`, which resolves to null or to the problem with that key. */
export class KeyPanel {
  #panel = part("key-panel");
  #onKey;

  constructor(onKey) {
    this.#onKey = onKey;
    part("key-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#try(part("key").value.trim());
    });
  }

  /** Moves the focus there, unless it is there already. */
  open() {
    if (!this.#panel.hidden) return;
    this.#panel.hidden = false;
    part("key").focus();
  }

  async #try(key) {
    const problem = await this.#onKey(key);
    part("key-problem").textContent = problem === null ? "" : `${problem.title}. ${problem.detail}`;
    part("key").setAttribute("aria-invalid", String(problem !== null));
    this.#panel.hidden = problem === null;
    if (problem === null) part("chooser").focus();
    else part("key").select();
  }
}
