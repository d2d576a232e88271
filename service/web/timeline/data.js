const FIRST_ROOM_SECONDS = 15;
const MORE_ROOM = 1.25; // grows in steps, so that the picture does not creep
const FAN = 4;
const SLACK = 0.1; // of a step: its length is rounded in the answer, and chunks begin with a step

/** What the timeline knows of a sound so far: its loudness, what the models said, its segments. */
export class TimelineData {
  peaks = new Peaks();
  track = new Track();
  segments = [];
  #claimed;
  #final = null;
  #room = FIRST_ROOM_SECONDS;

  /** `claimed`: what its header says, in seconds, or null. */
  constructor(claimed) {
    this.#claimed = claimed ?? null;
  }

  finish(seconds) {
    this.#final = seconds ?? this.known;
  }

  /** Seconds for which there are results. */
  get known() {
    return Math.max(this.track.end, this.peaks.seconds);
  }

  /** The end as far as it is known; nobody can seek beyond. */
  get end() {
    return this.#final ?? Math.max(this.#claimed ?? 0, this.known);
  }

  /** How much time the picture shows: with room to grow while the end is unknown. */
  get duration() {
    if (this.#final !== null || this.#claimed !== null) return this.end;
    if (this.known > this.#room) this.#room = this.known * MORE_ROOM;
    return this.#room;
  }
}

/** The loudness of the sound over time. Any stretch of it is summed up in the same few steps. */
class Peaks {
  perSecond = 0;
  #levels = [[]]; // each value of a level is the largest of FAN of the level before
  #sums = [0];

  get length() {
    return this.#levels[0].length;
  }

  get seconds() {
    return this.perSecond > 0 ? this.length / this.perSecond : 0;
  }

  /** `values`: 0..1 */
  append(perSecond, values) {
    this.perSecond = perSecond;
    let sum = this.#sums.at(-1);
    for (const value of values) {
      sum += value;
      this.#sums.push(sum);
      this.#push(0, value);
    }
  }

  #push(depth, value) {
    const level = (this.#levels[depth] ??= []);
    level.push(value);
    if (level.length % FAN !== 0) return;
    let largest = 0;
    for (let index = level.length - FAN; index < level.length; index += 1) largest = Math.max(largest, level[index]);
    this.#push(depth + 1, largest);
  }

  /** Mean of the values from `first` up to, not including, `last`. */
  mean(first, last) {
    return (this.#sums[last] - this.#sums[first]) / (last - first);
  }

  /** The largest of them. */
  loudest(first, last) {
    let from = first;
    let to = last;
    let largest = 0;
    for (let depth = 0; from < to; depth += 1) {
      const level = this.#levels[depth];
      while (from < to && from % FAN !== 0) largest = Math.max(largest, level[from++]);
      while (from < to && to % FAN !== 0) largest = Math.max(largest, level[--to]);
      from /= FAN;
      to /= FAN;
    }
    return largest;
  }
}

/** The chunks of the sound, and the steps within them. Each chunk has its own cell of time, also where chunks overlap. */
class Track {
  chunks = [];
  gate = new Lane();
  branches = new Map(); // name -> Lane
  steps = new StepGrid();
  tags = new Map(); // label -> Lane, of tags with a lane
  #edges = []; // where each cell begins

  get length() {
    return this.chunks.length;
  }

  get end() {
    return this.chunks.at(-1)?.end ?? 0;
  }

  /** Where the gate is known best: its steps, or, if it speaks per chunk, the chunks. */
  get gateGrid() {
    return this.steps.length > 0 ? this.steps : this;
  }

  /** What the gate said at a second within a chunk: label -> probability, or null where it is silent. */
  gateAt(seconds) {
    const step = this.steps.at(seconds);
    return step < 0 ? this.chunks[this.at(seconds)].gate : this.steps.scores[step];
  }

  append(chunk) {
    const { start, end, gate, tags, ...branches } = chunk;
    // As with segments, the border between two chunks lies in the middle of their overlap.
    this.#edges.push(this.length > 0 ? (start + this.end) / 2 : start);
    this.gate.append(gate);
    for (const [name, scores] of Object.entries(branches)) {
      if (!this.branches.has(name)) this.branches.set(name, this.#emptyLane());
      this.branches.get(name).append(scores);
    }
    for (const [label, lane] of this.tags) lane.append(tagScores(label, tags));
    this.chunks.push(chunk);
  }

  /** Which tags have a lane, in this order. A chunk names the best few of hundreds: a lane is made when it is wanted. */
  showTags(labels) {
    this.tags = new Map(labels.map((label) => [label, this.tags.get(label) ?? this.#tagLane(label)]));
  }

  #tagLane(label) {
    const lane = new Lane();
    for (const { tags } of this.chunks) lane.append(tagScores(label, tags));
    return lane;
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

/** The scores of one tag in a chunk: what is not among the best ones counts as zero. */
function tagScores(label, tags) {
  if (!tags) return null;
  return { [label]: tags.find((tag) => tag.label === label)?.probability ?? 0 };
}

/** What the gate said step by step: an even grid of time, finer than the chunks. */
class StepGrid {
  gate = new Lane();
  scores = []; // label -> probability for each step; null where it is silent
  #start = 0;
  #seconds = 1; // of a step

  get length() {
    return this.scores.length;
  }

  get end() {
    return this.edge(this.length);
  }

  /** Steps as the answer has them; later ones continue where the last ones ended. */
  append({ start, step_seconds, probabilities }) {
    if (this.length === 0) [this.#start, this.#seconds] = [start, step_seconds];
    const lists = Object.entries(probabilities);
    const count = lists[0]?.[1].length ?? 0;
    for (let index = 0; index < count; index += 1) {
      const isSilent = lists.some(([, values]) => values[index] === null);
      const scores = isSilent ? null : Object.fromEntries(lists.map(([label, values]) => [label, values[index]]));
      this.gate.append(scores);
      this.scores.push(scores);
    }
  }

  /** Index of the step that has this second; -1 where there is none. */
  at(seconds) {
    if (this.length === 0 || seconds < this.#start || seconds > this.end) return -1;
    return Math.min(Math.floor((seconds - this.#start) / this.#seconds + SLACK), this.length - 1);
  }

  /** Where a step begins; the one after the last begins where the last one ends. */
  edge(index) {
    return this.#start + index * this.#seconds;
  }
}

/** The probabilities of one model over time. Means over any stretch cost the same, whatever its length. */
class Lane {
  labels = []; // in the model's order
  #sums = new Map(); // label -> sums up to each cell
  #analysed = [0];

  get analysedCells() {
    return this.#analysed.at(-1);
  }

  /** `scores`: label -> probability, or null where the model did not run. */
  append(scores) {
    const count = this.#analysed.length;
    for (const label of Object.keys(scores ?? {})) {
      if (this.#sums.has(label)) continue;
      this.labels.push(label);
      this.#sums.set(label, new Array(count).fill(0));
    }
    for (const [label, sums] of this.#sums) sums.push(sums.at(-1) + (scores?.[label] ?? 0));
    this.#analysed.push(this.analysedCells + (scores ? 1 : 0));
  }

  /** Mean over the cells from `first` up to, not including, `last`; a cell without results counts as zero. */
  mean(label, first, last) {
    const sums = this.#sums.get(label);
    if (sums === undefined) return 0; // no results yet
    return (sums[last] - sums[first]) / (last - first);
  }

  /** Share of those cells in which the model ran. */
  analysedShare(first, last) {
    return (this.#analysed[last] - this.#analysed[first]) / (last - first);
  }

  /** Labels by what they have in all of the sound, the most first. */
  ranked() {
    const total = (label) => this.#sums.get(label).at(-1);
    return this.labels.filter((label) => total(label) > 0).sort((one, other) => total(other) - total(one));
  }
}
