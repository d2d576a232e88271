import { part } from "../element.js";

/**
 * The settings, by the names of the service. Null is the service's default: adjacent chunks, the gate's own smoothing,
 * all labels.
 */
export const DEFAULTS = Object.freeze({
  hop_seconds: null,
  smoothing: null,
  min_segment_seconds: 0,
  merge_gap_seconds: 0,
  top_k: null,
});

const OF_SEGMENTS = ["smoothing", "min_segment_seconds", "merge_gap_seconds"];
const REST_MS = 150;

/** Whether the change needs a new analysis of the sound. */
export function needsAnalysis(before, after) {
  return before.hop_seconds !== after.hop_seconds;
}

/** Whether the change needs new segments, made from the chunks and steps of the answer. */
export function needsRewriting(before, after) {
  return OF_SEGMENTS.some((name) => before[name] !== after[name]);
}

/** The settings that new segments need. */
export function forRewriting(settings) {
  return Object.fromEntries(OF_SEGMENTS.map((name) => [name, settings[name]]));
}

/** The settings of the open sound, and of the next ones. Calls `onChange` with all of them, shortly after the last input. */
export class SettingsForm {
  #form = part("settings");
  #timer = null;
  #isSmoothingChosen = false; // a slider cannot be empty: until it is moved, the service uses its default
  #onChange;

  constructor(settings, onChange) {
    this.#onChange = onChange;
    this.show(settings);
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.addEventListener("input", (event) => {
      if (event.target.name === "smoothing") this.#isSmoothingChosen = true;
      this.#settle();
    });
    part("default-smoothing").addEventListener("click", () => {
      this.#isSmoothingChosen = false;
      this.#settle();
    });
  }

  show(settings) {
    const { smoothing, ...others } = settings;
    for (const [name, value] of Object.entries(others)) this.#form.elements[name].value = value ?? "";
    this.#isSmoothingChosen = smoothing !== null;
    const range = this.#form.elements.smoothing;
    range.value = smoothing ?? range.defaultValue;
    this.#showSmoothing();
  }

  #settle() {
    this.#showSmoothing();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#form.reportValidity() && this.#onChange(this.#read()), REST_MS);
  }

  #read() {
    const fields = Object.fromEntries(new FormData(this.#form));
    return {
      hop_seconds: numberOrNull(fields.hop_seconds),
      smoothing: this.#isSmoothingChosen ? Number(fields.smoothing) : null,
      min_segment_seconds: Number(fields.min_segment_seconds),
      merge_gap_seconds: Number(fields.merge_gap_seconds),
      top_k: numberOrNull(fields.top_k),
    };
  }

  #showSmoothing() {
    const range = this.#form.elements.smoothing;
    if (this.#isSmoothingChosen) range.removeAttribute("aria-valuetext");
    else range.setAttribute("aria-valuetext", "default");
    range.classList.toggle("is-default", !this.#isSmoothingChosen);
    part("smoothing").textContent = this.#isSmoothingChosen ? range.value : "";
    part("default-smoothing").setAttribute("aria-pressed", String(!this.#isSmoothingChosen));
  }
}

function numberOrNull(text) {
  return text === "" ? null : Number(text);
}
