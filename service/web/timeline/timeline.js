import { TimelineData } from "./data.js";
import { Display } from "./display.js";
import { Gestures, listenToKeys } from "./gestures.js";
import { readingAt, spoken } from "./reading.js";

const BUTTON_ZOOM = 2;
const STEP_SECONDS = 1; // of an arrow key where no chunk is known
const SAME_SECONDS = 0.001;

/**
 * A sound over time: waveform, segments, what the models said. The page feeds it; people point, click, zoom and use keys.
 * Its look is in timeline.css.
 */
export class Timeline {
  #onSeek;
  #closing = new AbortController();
  #display;
  #cursor;

  /** `onSeek(seconds)`: somebody wants to play from there. */
  constructor(host, { onSeek }) {
    const { signal } = this.#closing;
    this.#onSeek = onSeek;
    this.#display = new Display(host, () => this.#cursor.place(), signal);
    this.#cursor = new Cursor(this.#display);
    this.#cursor.begin();
    this.#bind(signal);
  }

  /** A new sound. `duration` in seconds, or null while it is unknown; then the picture grows. */
  begin({ duration }) {
    this.#display.begin(new TimelineData(duration));
    this.#cursor.begin();
  }

  /** Continues where the last ones ended. `values`: the largest sample of each 1 / `perSecond` seconds, 0..1. */
  addPeaks(perSecond, values) {
    this.#display.data.peaks.append(perSecond, values);
    this.#display.renew();
  }

  /** As in the answer, in its order. */
  addChunks(chunks) {
    for (const chunk of chunks) this.#display.data.track.append(chunk);
    this.#display.renew();
  }

  /** The gate's steps, as in the answer; they continue where the last ones ended. */
  addSteps(steps) {
    this.#display.data.track.steps.append(steps);
    this.#display.renew();
  }

  /** The tags that have a lane, by their labels, in this order. */
  setTags(labels) {
    this.#display.data.track.showTags(labels);
    this.#cursor.describe();
    this.#display.renew();
  }

  /** As in the answer; they replace the earlier ones. */
  setSegments(segments) {
    this.#display.data.segments = segments;
    this.#display.renew();
  }

  /** Where the playback is, in seconds. */
  setCursor(seconds) {
    this.#cursor.follow(seconds);
  }

  /** No more will come. */
  end({ duration }) {
    this.#display.data.finish(duration);
    this.#cursor.describe();
    this.#display.renew();
  }

  clear() {
    this.begin({ duration: 0 });
  }

  destroy() {
    this.#closing.abort();
  }

  #bind(signal) {
    const { view, elements } = this.#display;
    const zoom = (factor, x) => this.#display.look(() => view.zoom(factor, x));
    const zoomAtCursor = (factor) => zoom(factor, this.#cursor.x ?? view.width / 2);
    const fit = () => this.#display.look(() => view.fit());
    new Gestures(
      elements.stage,
      {
        zoom,
        pan: (pixels) => this.#display.look(() => view.pan(pixels)),
        seek: (x) => this.#seek(view.seconds(x)),
        ask: () => this.#cursor.ask(true),
        point: (x) => this.#cursor.point(view.seconds(x)),
        leave: () => this.#cursor.point(null),
      },
      signal,
    );
    const keys = {
      step: (direction) => this.#seekByKey(this.#neighbour(direction)),
      jump: (seconds) => this.#seekByKey((this.#cursor.seconds ?? 0) + seconds),
      toStart: () => this.#seekByKey(0),
      toEnd: () => this.#seekByKey(this.#display.data.end),
      zoom: zoomAtCursor,
      fit,
    };
    listenToKeys(elements.stage, keys, signal);
    elements.onButtons({ closer: () => zoomAtCursor(BUTTON_ZOOM), out: () => zoomAtCursor(1 / BUTTON_ZOOM), all: fit }, signal);
    elements.stage.addEventListener("focus", () => this.#cursor.describe(), { signal });
    elements.stage.addEventListener("blur", () => this.#cursor.ask(false), { signal });
  }

  #seek(seconds) {
    const kept = Math.min(Math.max(seconds, 0), this.#display.data.end);
    this.#cursor.move(kept);
    this.#onSeek(kept);
  }

  #seekByKey(seconds) {
    this.#seek(seconds);
    this.#cursor.ask(true);
  }

  /** Where the next chunk begins; on the way back this one, or the one before if this one has hardly begun. */
  #neighbour(direction) {
    const { track } = this.#display.data;
    const now = this.#cursor.seconds ?? 0;
    const index = track.at(Math.min(now + SAME_SECONDS, track.end));
    if (index < 0 || now > track.end) return now + direction * STEP_SECONDS;
    if (direction > 0) return track.edge(index + 1);
    const hasBegun = now - track.edge(index) > (track.edge(index + 1) - track.edge(index)) / 2;
    return track.edge(hasBegun ? index : Math.max(index - 1, 0));
  }
}

/** The playback position, and the numbers shown for it or for the moment under the pointer. */
class Cursor {
  seconds = null;
  #display;
  #pointed = null; // seconds under the pointer
  #asked = false; // by key or finger, to show the numbers at the cursor
  #described = null; // the chunk that the value text is about

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
    this.describe();
  }

  /** Moves with the playback. Turns the page when the playback leaves it, but not while people look elsewhere. */
  follow(seconds) {
    const { view, elements, data } = this.#display;
    const leaves = this.seconds !== null && view.has(this.seconds) && !view.has(seconds);
    this.seconds = seconds;
    if (leaves) this.#display.look(() => view.reveal(seconds));
    this.#display.follow();
    // Not while it has the focus: a screen reader would never stop talking.
    if (!elements.hasFocus && data.track.chunks[data.track.at(seconds)] !== this.#described) this.describe();
  }

  /** Moved by people. */
  move(seconds) {
    this.seconds = seconds;
    this.#display.look(() => this.#display.view.reveal(seconds));
    this.describe();
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
    const { view, elements, tooltip, data, hues } = this.#display;
    elements.place(elements.cursor, this.seconds, view);
    elements.place(elements.pointer, this.#pointed, view);
    const shown = this.#pointed ?? (this.#asked ? this.seconds : null);
    if (shown !== null && data.end > 0 && view.has(shown)) tooltip.show(shown, view, data.track, hues);
    else tooltip.hide();
  }

  /** Describes the moment at the cursor to screen readers. */
  describe() {
    const { elements, data } = this.#display;
    const seconds = this.seconds ?? 0;
    const index = data.track.at(seconds);
    this.#described = data.track.chunks[index];
    elements.describe(seconds, data.end, spoken(seconds, readingAt(seconds, data.track)));
  }
}
