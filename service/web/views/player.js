import { part } from "../element.js";
import { clock } from "../words/numbers.js";

/** Where the space bar has a meaning of its own. */
const TYPED_INTO = "input, select, textarea, button, summary, a, [contenteditable]";

/** Plays the open sound. Calls `onMove` with the second it is at, each frame while it plays. */
export class Player {
  #audio = part("audio");
  #button = part("play");
  #onMove;
  #sound = null;

  constructor(onMove) {
    this.#onMove = onMove;
    this.#button.addEventListener("click", () => this.toggle());
    document.addEventListener("keydown", (event) => {
      if (event.key !== " " || event.defaultPrevented || event.target.closest(TYPED_INTO) || !this.#isReady) return;
      event.preventDefault();
      this.toggle();
    });
    this.#audio.addEventListener("loadedmetadata", () => this.#know());
    this.#audio.addEventListener("error", () => this.#refuse());
    this.#audio.addEventListener("seeked", () => this.#move());
    for (const type of ["play", "pause", "ended"]) this.#audio.addEventListener(type, () => this.#follow());
  }

  /** Its url may come later: then call it again. */
  show(sound) {
    part("duration").textContent = sound.duration === null ? "…" : clock(sound.duration);
    if (this.#sound === sound && this.#audio.getAttribute("src") === sound.url) return;
    this.#sound = sound;
    this.#audio.pause();
    this.#showPlaying(false); // a new source takes with it what would tell of the pause
    part("player-note").textContent = "";
    if (sound.url === null) this.#audio.removeAttribute("src");
    else this.#audio.src = sound.url;
    this.#button.disabled = sound.url === null;
    part("position").textContent = clock(0);
  }

  /** Plays from there. */
  playFrom(seconds) {
    if (!this.#isReady) return;
    this.#audio.currentTime = seconds;
    this.#play();
  }

  toggle() {
    if (this.#audio.paused) this.#play();
    else this.#audio.pause();
  }

  get #isReady() {
    return !this.#button.disabled && !document.querySelector('[data-part="sound"]').hidden;
  }

  async #play() {
    try {
      await this.#audio.play();
    } catch {
      // Another sound was opened before this one could start, or the browser cannot play it, and says so by an event.
    }
  }

  #know() {
    this.#sound.claimDuration(this.#audio.duration);
  }

  #refuse() {
    if (this.#sound === null || this.#sound.url === null) return;
    this.#button.disabled = true;
    part("player-note").textContent = "Your browser cannot play this format.";
  }

  #follow() {
    const playing = !this.#audio.paused && !this.#audio.ended;
    this.#showPlaying(playing);
    if (playing) requestAnimationFrame(() => this.#step());
    else this.#move();
  }

  #showPlaying(playing) {
    this.#button.classList.toggle("is-playing", playing);
    this.#button.setAttribute("aria-label", playing ? "Pause" : "Play");
  }

  #step() {
    this.#move();
    if (!this.#audio.paused && !this.#audio.ended) requestAnimationFrame(() => this.#step());
  }

  #move() {
    const seconds = this.#audio.currentTime;
    const words = clock(seconds);
    if (part("position").textContent !== words) part("position").textContent = words;
    this.#onMove(seconds);
  }
}
