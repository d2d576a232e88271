import { element, part } from "../element.js";
import { clock } from "../words/numbers.js";

const EVERY_MS = 250;
const STEPS = 4;
/** States that are announced by a word; the others have their own sentence, or say nothing new. */
const SAID = {
  waiting: "waits for its turn",
  recording: "is recorded",
  pausing: "is tried again soon",
  locked: "waits for a key",
  stopped: "was stopped",
};

/** How far the open sound is, with the time that it takes; and what went wrong with it. */
export class ProgressView {
  #announcer;
  #sound = null;
  #timer = null;
  #problem = null;

  constructor(announcer) {
    this.#announcer = announcer;
  }

  show(sound) {
    this.#sound = sound;
    clearInterval(this.#timer);
    this.#timer = sound.isAtRest ? null : setInterval(() => this.#draw(), EVERY_MS);
    this.#draw();
    this.#announce();
    this.#tell(sound.problem);
  }

  setLevel(level) {
    part("level").firstElementChild.style.inlineSize = `${100 * level}%`;
  }

  /** Once: what is written again is read out again. */
  #tell(problem) {
    if (problem === this.#problem) return;
    this.#problem = problem;
    part("sound-problem").replaceChildren(...(problem === null ? [] : paragraphs(problem)));
  }

  #draw() {
    const { state } = this.#sound;
    const bar = part("progress");
    bar.hidden = this.#sound.isAtRest || state === "recording";
    const share = this.#share();
    if (share === null) bar.removeAttribute("value");
    else bar.value = share;
    part("level").hidden = state !== "recording";
    part("status").textContent = this.#words();
  }

  #share() {
    const { state, sent, duration, heardSeconds } = this.#sound;
    if (state === "sending") return sent;
    if (state === "listening" && duration) return Math.min(1, heardSeconds / duration);
    return null;
  }

  #words() {
    const { state, sent, startedAt, tookMs, heardSeconds, duration, retryAt } = this.#sound;
    const lasted = startedAt === null ? "" : ` · ${((performance.now() - startedAt) / 1000).toFixed(0)} s`;
    switch (state) {
      case "waiting": return "Waiting for its turn";
      case "sending": return `Sending, ${Math.round(100 * sent)} %${lasted}`;
      case "listening": return `Listening: ${clock(heardSeconds)}${duration ? ` of ${clock(duration)}` : ""}${lasted}`;
      case "recording": return `Recording: ${clock((performance.now() - startedAt) / 1000)}`;
      case "pausing": return `Tries again in ${Math.max(0, Math.ceil((retryAt - Date.now()) / 1000))} s`;
      case "locked": return "Waits for a key";
      case "stopped": return `Stopped after ${clock(heardSeconds)}`;
      case "failed": return "";
      case "done": return `Heard in ${(tookMs / 1000).toFixed(1)} s`;
    }
  }

  /** Each state, and each quarter. */
  #announce() {
    const { name, state } = this.#sound;
    if (state === "listening") {
      const quarters = Math.floor(STEPS * (this.#share() ?? 0));
      this.#announcer.say(quarters === 0 ? `Listening to ${name}` : `${100 * quarters / STEPS} % of ${name} heard`);
    } else if (state in SAID) {
      this.#announcer.say(`${name} ${SAID[state]}`);
    }
  }
}

function paragraphs({ title, detail }) {
  return [element("strong", {}, title), element("p", {}, detail)];
}

/** Tells those who cannot see the page, politely, how far the open sound is: not every chunk. */
export class Announcer {
  #said = "";

  say(text) {
    if (text === this.#said) return;
    this.#said = text;
    part("announcer").textContent = text;
  }
}
