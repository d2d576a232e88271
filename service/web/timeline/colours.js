/** Which label has which of a few colours: the same one for the whole visit, unless two labels on the screen would share it. */
export class Colours {
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
