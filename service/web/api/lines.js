/** The lines of a text that grows at its end. */
export class Lines {
  #seen = 0;

  /** The JSON of each line that is complete in `text` and was not taken before. */
  take(text) {
    const end = text.lastIndexOf("\n") + 1;
    const fresh = text.slice(this.#seen, Math.max(end, this.#seen));
    this.#seen = Math.max(end, this.#seen);
    return fresh.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  }
}
