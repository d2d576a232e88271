import { classify } from "./service.js";
import { PEAKS_PER_SECOND } from "./sound.js";

const AT_A_TIME = 2;
const MOST_TRIES = 5;

/** Sends sounds to the service: two at a time, in order. */
export class Queue {
  #service;
  #waiting = [];
  #running = new Map();

  constructor(service) {
    this.#service = service;
  }

  /** Adds a sound. One that is running or done starts again. */
  add(sound) {
    this.#drop(sound);
    sound.become("waiting");
    this.#waiting.push(sound);
    this.#next();
  }

  stop(sound) {
    this.#drop(sound);
    sound.become("stopped");
    this.#next();
  }

  #drop(sound) {
    this.#running.get(sound)?.abort();
    this.#running.delete(sound);
    this.#waiting = this.#waiting.filter((other) => other !== sound);
  }

  #next() {
    while (this.#running.size < AT_A_TIME && this.#waiting.length > 0) this.#start(this.#waiting.shift());
  }

  async #start(sound) {
    const stopping = new AbortController();
    this.#running.set(sound, stopping);
    let problem = null;
    try {
      await this.#analyse(sound, stopping.signal);
    } catch (error) {
      problem = error;
    }
    if (stopping.signal.aborted) return; // `stop` or `add` has set its state
    this.#running.delete(sound);
    if (problem === null) sound.become("done");
    else sound.become(problem.needsKey ? "locked" : "failed", { problem });
    this.#next();
  }

  /** Retries if the service says when. */
  async #analyse(sound, signal) {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#send(sound, signal);
        return;
      } catch (problem) {
        if (!(problem.retryAfterSeconds > 0) || tries === MOST_TRIES) throw problem;
        const pauseMs = 1000 * problem.retryAfterSeconds;
        sound.become("retrying", { problem, retryAt: Date.now() + pauseMs });
        await pause(pauseMs, signal);
      }
    }
  }

  #send(sound, signal) {
    sound.begin("uploading");
    const query = { ...sound.settings, top_k: null, peaks_per_second: PEAKS_PER_SECOND };
    return classify(this.#service, sound.blob, sound.name, query, {
      onSent: (share) => sound.progress(share),
      onLines: (lines) => sound.addLines(lines),
      signal,
    });
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
