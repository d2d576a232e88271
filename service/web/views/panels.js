import { element, part } from "../element.js";
import { verdict } from "../words/labels.js";
import { clock } from "../words/numbers.js";

// The panels around the open sound, which are there before it: key, history, downloads.

/** Asks for the API key. Calls `onKey`, which resolves to null or to the problem with that key. */
export class KeyPanel {
  #panel = part("key-panel");
  #onKey;

  constructor(onKey) {
    this.#onKey = onKey;
    part("key-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#try(part("key").value.trim());
    });
  }

  /** Moves the focus there, unless it is there already. */
  open() {
    if (!this.#panel.hidden) return;
    this.#panel.hidden = false;
    part("key").focus();
  }

  async #try(key) {
    const problem = await this.#onKey(key);
    part("key-problem").textContent = problem === null ? "" : `${problem.title}. ${problem.detail}`;
    part("key").setAttribute("aria-invalid", String(problem !== null));
    this.#panel.hidden = problem === null;
    if (problem === null) part("chooser").focus();
    else part("key").select();
  }
}

/** States as the history shows them; a sound that is done shows its verdict. */
const WORDS = {
  waiting: "Waiting in the queue",
  uploading: "Uploading",
  analysing: "Analysing",
  recording: "Recording",
  retrying: "Retrying soon",
  locked: "API key required",
  stopped: "Stopped",
};

/** The sounds of this session, newest first. Calls `onOpen` with the one that is chosen. */
export class History {
  #buttons = new Map();
  #onOpen;

  constructor(onOpen) {
    this.#onOpen = onOpen;
  }

  get sounds() {
    return [...this.#buttons.keys()];
  }

  add(sound) {
    const button = element("button", { type: "button" });
    button.addEventListener("click", () => this.#onOpen(sound));
    this.#buttons.set(sound, button);
    for (const type of ["change", "report"]) sound.addEventListener(type, () => this.#draw(sound));
    this.#draw(sound);
    part("history").prepend(element("li", {}, button));
    part("history-panel").hidden = false;
  }

  /** Marks the open one. */
  mark(sound) {
    for (const [other, button] of this.#buttons) {
      if (other === sound) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  #draw(sound) {
    const { name, state, duration, report, problem } = sound;
    const words = problem?.title ?? WORDS[state] ?? verdict(report);
    const length = duration === null ? "" : clock(duration);
    this.#buttons.get(sound).className = problem === null ? "" : "has-problem";
    this.#buttons.get(sound).replaceChildren(
      element("span", { className: "name" }, name),
      element("span", { className: "length" }, length),
      element("span", { className: "words" }, words),
    );
  }
}

/** Buttons that download the answer of the open sound in each format, and the audio if it was made on this page. */
export class Downloads {
  #sound = null;
  #formats = [];

  /** `write` takes a sound and a format's name, and resolves to its text as a Blob; it deals with problems itself. */
  constructor(write) {
    this.write = write;
    part("save").addEventListener("click", () => save(this.#sound.blob, this.#sound.name));
  }

  /** As the service lists them: name, extension, summary. */
  setFormats(formats) {
    this.#formats = formats;
    if (this.#sound !== null) this.show(this.#sound);
  }

  show(sound) {
    this.#sound = sound;
    part("downloads").replaceChildren(...this.#formats.map((form) => this.#button(form)));
    part("save").hidden = !sound.isOurs || sound.blob === null;
  }

  #button(form) {
    const { name, summary, extension } = form;
    const suffix = extension.toLowerCase() === name ? "" : element("small", {}, `.${extension}`);
    const button = element("button", { type: "button", title: summary, value: name }, name, suffix);
    button.addEventListener("click", () => this.#save(form));
    return element("li", {}, button);
  }

  async #save(form) {
    const sound = this.#sound;
    const written = await this.write(sound, form.name);
    if (written !== null) save(written, `${stem(sound.name)}.${form.extension}`);
  }
}

function stem(name) {
  return name.replace(/(.)\.[^.]*$/, "$1");
}

function save(blob, name) {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser may still be reading it
}
