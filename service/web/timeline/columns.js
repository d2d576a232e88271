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
