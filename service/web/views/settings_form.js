import { part } from "../element.js";

const REST_MS = 150;

/** The settings of the open sound, and of the next ones. Calls `onChange` with all of them, once the hand rests. */
export class SettingsForm {
  #form = part("settings");
  #timer = null;

  constructor(settings, onChange) {
    this.show(settings);
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.addEventListener("input", () => {
      this.#showSmoothing();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#form.reportValidity() && onChange(this.#read()), REST_MS);
    });
  }

  show(settings) {
    for (const [name, value] of Object.entries(settings)) this.#form.elements[name].value = value ?? "";
    this.#showSmoothing();
  }

  #read() {
    const fields = Object.fromEntries(new FormData(this.#form));
    return {
      hop_seconds: numberOrNull(fields.hop_seconds),
      smoothing: Number(fields.smoothing),
      min_segment_seconds: Number(fields.min_segment_seconds),
      merge_gap_seconds: Number(fields.merge_gap_seconds),
      top_k: numberOrNull(fields.top_k),
    };
  }

  #showSmoothing() {
    part("smoothing").textContent = this.#form.elements.smoothing.value;
  }
}

function numberOrNull(text) {
  return text === "" ? null : Number(text);
}
