const SHORTEST_SECONDS = 0.5;

/** Which seconds of the sound are on the screen, and where. */
export class View {
  width = 0; // CSS pixels
  duration = 0;
  from = 0;
  to = 0;
  fitted = true; // shows all, also of what is still to come

  get span() {
    return this.to - this.from;
  }

  x(seconds) {
    return this.span > 0 ? ((seconds - this.from) / this.span) * this.width : 0;
  }

  seconds(x) {
    const seconds = this.width > 0 ? this.from + (x / this.width) * this.span : 0;
    return Math.min(Math.max(seconds, 0), this.duration);
  }

  has(seconds) {
    return seconds >= this.from && seconds <= this.to;
  }

  setDuration(seconds) {
    this.duration = seconds;
    if (this.fitted) this.fit();
    else this.show(this.from, this.span);
  }

  fit() {
    this.show(0, this.duration);
  }

  /** As much of `span` seconds from `from` on as the sound has. */
  show(from, span) {
    const kept = Math.min(Math.max(span, SHORTEST_SECONDS), this.duration);
    this.fitted = kept >= this.duration;
    this.from = Math.min(Math.max(from, 0), this.duration - kept);
    this.to = this.from + kept;
  }

  /** The second at `x` stays where it is, unless an end of the sound is in the way. */
  zoom(factor, x) {
    const around = this.seconds(x);
    const span = Math.min(Math.max(this.span / factor, SHORTEST_SECONDS), this.duration);
    this.show(around - (x / this.width) * span, span);
  }

  pan(pixels) {
    this.show(this.from + (pixels / this.width) * this.span, this.span);
  }

  /** Turns the page so that a second that has left it is near its beginning, or its end on the way back. */
  reveal(seconds) {
    if (seconds > this.to) this.show(seconds - this.span * 0.1, this.span);
    else if (seconds < this.from) this.show(seconds - this.span * 0.9, this.span);
  }
}

/** The visible part of a grid of chunks or steps as columns: one for each cell, or one for each pixel where cells are narrower. */
export class Columns {
  count = 0;
  x = new Float64Array(1); // column i goes from x[i] to x[i + 1]
  first = new Int32Array(1);
  last = new Int32Array(1); // column i is about the cells from first[i] up to, not including, last[i]

  update(grid, view) {
    this.count = 0;
    const start = Math.max(view.from, grid.edge(0));
    const end = Math.min(view.to, grid.end);
    if (grid.length === 0 || end <= start) return;
    const cells = [grid.at(start), grid.at(end) + 1];
    const pixels = [Math.floor(view.x(start)), Math.ceil(view.x(end))];
    this.#reserve(Math.min(cells[1] - cells[0], pixels[1] - pixels[0]) + 1);
    if (cells[1] - cells[0] <= pixels[1] - pixels[0]) this.#byCell(grid, view, cells);
    else this.#byPixel(grid, view, pixels);
  }

  #reserve(count) {
    if (this.first.length >= count) return;
    this.x = new Float64Array(count);
    this.first = new Int32Array(count);
    this.last = new Int32Array(count);
  }

  #byCell(grid, view, [from, to]) {
    for (let cell = from; cell < to; cell += 1) this.#push(view.x(grid.edge(cell)), cell, cell + 1);
    this.x[this.count] = Math.round(view.x(grid.edge(to)));
  }

  #byPixel(grid, view, [from, to]) {
    const end = grid.at(grid.end) + 1;
    let first = Math.max(grid.at(view.seconds(from)), 0);
    for (let x = from; x < to; x += 1) {
      const found = grid.at(view.seconds(x + 1));
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
