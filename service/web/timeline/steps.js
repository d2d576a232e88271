/** The visible part of a track as columns: one for each chunk, or one for each pixel where chunks are narrower. */
export class Steps {
  count = 0;
  x = new Float64Array(1); // step i goes from x[i] to x[i + 1]
  first = new Int32Array(1);
  last = new Int32Array(1); // step i is about the chunks from first[i] up to, not including, last[i]

  update(track, view) {
    this.count = 0;
    const start = Math.max(view.from, track.edge(0));
    const end = Math.min(view.to, track.end);
    if (track.length === 0 || end <= start) return;
    const cells = [track.at(start), track.at(end) + 1];
    const pixels = [Math.floor(view.x(start)), Math.ceil(view.x(end))];
    this.#reserve(Math.min(cells[1] - cells[0], pixels[1] - pixels[0]) + 1);
    if (cells[1] - cells[0] <= pixels[1] - pixels[0]) this.#byCell(track, view, cells);
    else this.#byPixel(track, view, pixels);
  }

  #reserve(count) {
    if (this.first.length >= count) return;
    this.x = new Float64Array(count);
    this.first = new Int32Array(count);
    this.last = new Int32Array(count);
  }

  #byCell(track, view, [from, to]) {
    for (let cell = from; cell < to; cell += 1) this.#push(view.x(track.edge(cell)), cell, cell + 1);
    this.x[this.count] = Math.round(view.x(track.edge(to)));
  }

  #byPixel(track, view, [from, to]) {
    const end = track.at(track.end) + 1;
    let first = Math.max(track.at(view.seconds(from)), 0);
    for (let x = from; x < to; x += 1) {
      const found = track.at(view.seconds(x + 1));
      const last = Math.max(found < 0 ? end : found, first + 1);
      this.#push(x, first, last);
      first = Math.min(last, end - 1);
    }
    this.x[this.count] = to;
  }

  #push(x, first, last) {
    this.x[this.count] = Math.round(x);
    this.first[this.count] = first;
    this.last[this.count] = last;
    this.count += 1;
  }
}
