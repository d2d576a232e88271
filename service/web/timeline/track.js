import { Lane } from "./lane.js";

/** The chunks of the sound. Each has its own cell of time, also where chunks overlap. */
export class Track {
  chunks = [];
  gate = new Lane();
  branches = new Map(); // name -> Lane
  #edges = []; // where each cell begins

  get length() {
    return this.chunks.length;
  }

  get end() {
    return this.chunks.at(-1)?.end ?? 0;
  }

  append(chunk) {
    const { start, end, gate, ...branches } = chunk;
    // As with segments, the border between two chunks lies in the middle of their overlap.
    this.#edges.push(this.length > 0 ? (start + this.end) / 2 : start);
    this.gate.append(gate);
    for (const [name, scores] of Object.entries(branches)) {
      if (!this.branches.has(name)) this.branches.set(name, this.#emptyLane());
      this.branches.get(name).append(scores);
    }
    this.chunks.push(chunk);
  }

  #emptyLane() {
    const lane = new Lane();
    for (let index = 0; index < this.length; index += 1) lane.append(null);
    return lane;
  }

  /** Index of the cell that has this second; -1 where there is none. */
  at(seconds) {
    if (this.length === 0 || seconds < this.#edges[0] || seconds > this.end) return -1;
    let low = 0;
    let high = this.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#edges[middle] <= seconds) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Where a cell begins; that after the last one begins where the sound ends. */
  edge(index) {
    return index < this.length ? this.#edges[index] : this.end;
  }
}
