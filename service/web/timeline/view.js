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
