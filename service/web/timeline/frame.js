/** At most one drawing for each frame of the screen, however often one is asked for. */
export class Frame {
  #id = null;
  #draw;

  constructor(draw) {
    this.#draw = draw;
  }

  request() {
    this.#id ??= requestAnimationFrame(() => {
      this.#id = null;
      this.#draw();
    });
  }

  cancel() {
    if (this.#id !== null) cancelAnimationFrame(this.#id);
    this.#id = null;
  }
}
