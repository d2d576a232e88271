import { part } from "../element.js";

/** Starts a recording, and ends it. Calls `onToggle` for both. */
export class RecordButton {
  #button = part("record");

  constructor(onToggle) {
    this.#button.addEventListener("click", onToggle);
  }

  show(isRecording) {
    this.#button.setAttribute("aria-pressed", String(isRecording));
    part("record-text").textContent = isRecording ? "Stop recording" : "Record";
  }
}
