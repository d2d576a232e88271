import { element, part } from "../element.js";
import { clock } from "../words/numbers.js";

const EVERY_MS = 250;
const STEPS = 4;
/** Announcements by state; the other states have their own sentence, or none. */
const ANNOUNCED = {
  waiting: "is waiting in the queue",
  recording: "is being recorded",
  retrying: "will be retried soon",
  locked: "needs an API key",
  stopped: "was stopped",
};

/** State, progress and problem of the open sound. */
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
    this.#showProblem(sound.problem);
  }

  setLevel(level) {
    part("level").firstElementChild.style.inlineSize = `${100 * level}%`;
  }

  /** Writes it once: screen readers read it out each time. */
  #showProblem(problem) {
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
    const { state, sent, duration, analysedSeconds } = this.#sound;
    if (state === "uploading") return sent;
    if (state === "analysing" && duration) return Math.min(1, analysedSeconds / duration);
    return null;
  }

  #words() {
    const { state, sent, startedAt, tookMs, analysedSeconds, duration, retryAt } = this.#sound;
    const lasted = startedAt === null ? "" : ` · ${((performance.now() - startedAt) / 1000).toFixed(0)} s`;
    switch (state) {
      case "waiting": return "Waiting in the queue";
      case "uploading": return `Uploading, ${Math.round(100 * sent)} %${lasted}`;
      case "analysing": return `Analysing: ${clock(analysedSeconds)}${duration ? ` of ${clock(duration)}` : ""}${lasted}`;
      case "recording": return `Recording: ${clock((performance.now() - startedAt) / 1000)}`;
      case "retrying": return `Retrying in ${Math.max(0, Math.ceil((retryAt - Date.now()) / 1000))} s`;
      case "locked": return "API key required";
      case "stopped": return `Stopped after ${clock(analysedSeconds)}`;
      case "failed": return "";
      case "done": return `Analysed in ${(tookMs / 1000).toFixed(1)} s`;
    }
  }

  /** Each state, and each quarter. */
  #announce() {
    const { name, state } = this.#sound;
    if (state === "analysing") {
      const quarters = Math.floor(STEPS * (this.#share() ?? 0));
      this.#announcer.say(quarters === 0 ? `Analysing ${name}` : `${100 * quarters / STEPS} % of ${name} analysed`);
    } else if (state in ANNOUNCED) {
      this.#announcer.say(`${name} ${ANNOUNCED[state]}`);
    }
  }
}

function paragraphs({ title, detail }) {
  return [element("strong", {}, title), element("p", {}, detail)];
}

/** Tells screen readers the state of the open sound: politely, and not for every chunk. */
export class Announcer {
  #said = "";

  say(text) {
    if (text === this.#said) return;
    this.#said = text;
    part("announcer").textContent = text;
  }
}
