import { Cursor } from "./cursor.js";
import { Display } from "./display.js";
import { Gestures, listenToKeys } from "./gestures.js";
import { Sound } from "./sound.js";

const BUTTON_ZOOM = 2;
const STEP_SECONDS = 1; // of an arrow key where no chunk is known
const SAME_SECONDS = 0.001;

/**
 * A sound over time: waveform, segments, what the models said. The page feeds it; people point, click, zoom and use keys.
 * Its looks are in timeline.css.
 */
export class Timeline {
  #onSeek;
  #listening = new AbortController();
  #display;
  #cursor;

  /** `onSeek(seconds)`: somebody wants to hear from there. */
  constructor(host, { onSeek }) {
    const { signal } = this.#listening;
    this.#onSeek = onSeek;
    this.#display = new Display(host, () => this.#cursor.place(), signal);
    this.#cursor = new Cursor(this.#display);
    this.#cursor.begin();
    this.#listen(signal);
  }

  /** A new sound. `duration` in seconds, or null as long as nobody knows; then the picture grows. */
  begin({ duration }) {
    this.#display.begin(new Sound(duration));
    this.#cursor.begin();
  }

  /** Goes on where the last ones ended. `values`: the largest sample of each 1 / `perSecond` seconds, 0..1. */
  addPeaks(perSecond, values) {
    this.#display.sound.peaks.append(perSecond, values);
    this.#display.renew();
  }

  /** As in the answer, in its order. */
  addChunks(chunks) {
    for (const chunk of chunks) this.#display.sound.track.append(chunk);
    this.#display.renew();
  }

  /** The gate's steps, as in the answer; they go on where the last ones ended. */
  addSteps(steps) {
    this.#display.sound.track.steps.append(steps);
    this.#display.renew();
  }

  /** The tags that have a lane, by their labels, in this order. */
  setTags(labels) {
    this.#display.sound.track.showTags(labels);
    this.#cursor.tell();
    this.#display.renew();
  }

  /** As in the answer; they take the place of those that were there. */
  setSegments(segments) {
    this.#display.sound.segments = segments;
    this.#display.renew();
  }

  /** Where the playback is, in seconds. */
  setCursor(seconds) {
    this.#cursor.follow(seconds);
  }

  /** No more will come. */
  end({ duration }) {
    this.#display.sound.finish(duration);
    this.#cursor.tell();
    this.#display.renew();
  }

  clear() {
    this.begin({ duration: 0 });
  }

  destroy() {
    this.#listening.abort();
  }

  #listen(signal) {
    const { view, stage } = this.#display;
    const zoom = (factor, x) => this.#display.look(() => view.zoom(factor, x));
    const zoomAtCursor = (factor) => zoom(factor, this.#cursor.x ?? view.width / 2);
    const fit = () => this.#display.look(() => view.fit());
    new Gestures(
      stage.element,
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
      toEnd: () => this.#seekByKey(this.#display.sound.end),
      zoom: zoomAtCursor,
      fit,
    };
    listenToKeys(stage.element, keys, signal);
    stage.listen({ closer: () => zoomAtCursor(BUTTON_ZOOM), out: () => zoomAtCursor(1 / BUTTON_ZOOM), all: fit }, signal);
    stage.element.addEventListener("focus", () => this.#cursor.tell(), { signal });
    stage.element.addEventListener("blur", () => this.#cursor.ask(false), { signal });
  }

  #seek(seconds) {
    const kept = Math.min(Math.max(seconds, 0), this.#display.sound.end);
    this.#cursor.move(kept);
    this.#onSeek(kept);
  }

  #seekByKey(seconds) {
    this.#seek(seconds);
    this.#cursor.ask(true);
  }

  /** Where the next chunk begins; on the way back this one, or the one before if this one has hardly begun. */
  #neighbour(direction) {
    const { track } = this.#display.sound;
    const now = this.#cursor.seconds ?? 0;
    const index = track.at(Math.min(now + SAME_SECONDS, track.end));
    if (index < 0 || now > track.end) return now + direction * STEP_SECONDS;
    if (direction > 0) return track.edge(index + 1);
    const hasBegun = now - track.edge(index) > (track.edge(index + 1) - track.edge(index)) / 2;
    return track.edge(hasBegun ? index : Math.max(index - 1, 0));
  }
}
