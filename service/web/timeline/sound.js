import { Track } from "./track.js";
import { Peaks } from "./waveform.js";

const FIRST_ROOM_SECONDS = 15;
const MORE_ROOM = 1.25; // grows in steps, so that the picture does not creep

/** What is known of the sound so far. */
export class Sound {
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
    this.#final = seconds ?? this.heard;
  }

  get heard() {
    return Math.max(this.track.end, this.peaks.seconds);
  }

  /** Where it ends as far as one can tell; nobody can seek beyond. */
  get end() {
    return this.#final ?? Math.max(this.#claimed ?? 0, this.heard);
  }

  /** How much time the picture shows: with room to grow while nobody knows the end. */
  get duration() {
    if (this.#final !== null || this.#claimed !== null) return this.end;
    if (this.heard > this.#room) this.#room = this.heard * MORE_ROOM;
    return this.#room;
  }
}
