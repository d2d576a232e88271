const FAN = 4;

/** The loudness of the sound over time. Any stretch of it is summed up in the same few steps. */
export class Peaks {
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
