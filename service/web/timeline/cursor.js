import { readingAt, spoken } from "./reading.js";

/** Where the playback is, and what is shown and said about that moment or about the one under the pointer. */
export class Cursor {
  seconds = null;
  #display;
  #pointed = null; // seconds under the pointer
  #asked = false; // by key or finger, for the numbers at the cursor
  #told = null; // the chunk that the value text is about

  constructor(display) {
    this.#display = display;
  }

  /** Pixels from the left edge of the picture; null where it is not on the screen. */
  get x() {
    const { view } = this.#display;
    return this.seconds !== null && view.has(this.seconds) ? view.x(this.seconds) : null;
  }

  begin() {
    this.seconds = null;
    this.#asked = false;
    this.tell();
  }

  /** With the playback. Turns the page where the playback leaves it, but not back from where people look meanwhile. */
  follow(seconds) {
    const { view, stage, sound } = this.#display;
    const leaves = this.seconds !== null && view.has(this.seconds) && !view.has(seconds);
    this.seconds = seconds;
    if (leaves) this.#display.look(() => view.reveal(seconds));
    this.#display.follow();
    // Not while a screen reader is on it, which would speak without end.
    if (!stage.hasFocus && sound.track.chunks[sound.track.at(seconds)] !== this.#told) this.tell();
  }

  /** By people, who see and hear what is there. */
  move(seconds) {
    this.seconds = seconds;
    this.#display.look(() => this.#display.view.reveal(seconds));
    this.tell();
  }

  /** The pointer is at this second; null where it is elsewhere. */
  point(seconds) {
    this.#pointed = seconds;
    if (seconds !== null) this.#asked = false;
    this.#display.follow();
  }

  /** Whether the numbers at the cursor shall be shown. */
  ask(isAsked) {
    this.#asked = isAsked;
    this.#display.follow();
  }

  /** Draws it where it belongs in the view. */
  place() {
    const { view, stage, tooltip, sound, hues } = this.#display;
    stage.place(stage.cursor, this.seconds, view);
    stage.place(stage.pointer, this.#pointed, view);
    const shown = this.#pointed ?? (this.#asked ? this.seconds : null);
    if (shown !== null && sound.end > 0 && view.has(shown)) tooltip.show(shown, view, sound.track, hues);
    else tooltip.hide();
  }

  /** Says what is at the cursor to those who cannot see it. */
  tell() {
    const { stage, sound } = this.#display;
    const seconds = this.seconds ?? 0;
    const index = sound.track.at(seconds);
    this.#told = sound.track.chunks[index];
    stage.tell(seconds, sound.end, spoken(seconds, readingAt(seconds, sound.track)));
  }
}
