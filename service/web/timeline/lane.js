/** The probabilities of one model over time. Means over any stretch cost the same, whatever its length. */
export class Lane {
  labels = []; // in the model's order
  #sums = new Map(); // label -> sums up to each chunk
  #heard = [0];

  get heardChunks() {
    return this.#heard.at(-1);
  }

  /** `scores`: label -> probability, or null where the model did not listen. */
  append(scores) {
    const count = this.#heard.length;
    for (const label of Object.keys(scores ?? {})) {
      if (this.#sums.has(label)) continue;
      this.labels.push(label);
      this.#sums.set(label, new Array(count).fill(0));
    }
    for (const [label, sums] of this.#sums) sums.push(sums.at(-1) + (scores?.[label] ?? 0));
    this.#heard.push(this.heardChunks + (scores ? 1 : 0));
  }

  /** Mean over the chunks from `first` up to, not including, `last`; a chunk that was not heard counts as zero. */
  mean(label, first, last) {
    const sums = this.#sums.get(label);
    return (sums[last] - sums[first]) / (last - first);
  }

  /** Share of those chunks that the model heard. */
  heard(first, last) {
    return (this.#heard[last] - this.#heard[first]) / (last - first);
  }

  /** Labels by what they have in all of the sound, the most first. */
  ranked() {
    const total = (label) => this.#sums.get(label).at(-1);
    return this.labels.filter((label) => total(label) > 0).sort((one, other) => total(other) - total(one));
  }
}
