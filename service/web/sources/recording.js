import { Live } from "../api/live.js";
import { PEAKS_PER_SECOND } from "../sound.js";
import { Microphone } from "./microphone.js";
import { wavBlob } from "./wav.js";

/** A recording in the making: the microphone, listened to live, and kept as a WAV file. */
export class Recording {
  #service;
  #onLevel;
  #blocks = [];
  #microphone = null;
  #live = null;
  #stopping = null;

  /** `sound` has no blob yet; it gets one in the end. `onLevel` is called with the loudest of each block, 0 to 1. */
  constructor(service, sound, onLevel) {
    this.#service = service;
    this.sound = sound;
    this.#onLevel = onLevel;
  }

  /** Throws Problem if there is no microphone. */
  async open() {
    this.#microphone = await Microphone.open((block) => this.#take(block));
  }

  /** Resolves when the report is there, or nothing more will come. */
  async run() {
    const { top_k: _all, ...settings } = this.sound.settings;
    const chosen = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null));
    const start = { ...chosen, detail: "steps", sample_rate: this.#microphone.sampleRate, peaks_per_second: PEAKS_PER_SECOND };
    this.sound.begin("recording");
    this.#live = new Live(this.#service, start, (line) => this.sound.hear([line]));
    for (const block of this.#blocks) this.#live.send(block);
    let problem = null;
    try {
      await this.#live.ended;
    } catch (error) {
      problem = error;
    }
    await this.stop();
    if (problem === null) this.sound.become("done");
    else this.sound.become(problem.needsKey ? "locked" : "failed", { problem });
  }

  /** Keeps what was recorded; the report comes after that. */
  stop() {
    this.#stopping ??= this.#finish();
    return this.#stopping;
  }

  async #finish() {
    await this.#microphone.close();
    this.#live.finish();
    this.sound.keep(wavBlob(this.#blocks, this.#microphone.sampleRate));
    if (this.sound.state === "recording") this.sound.become("listening");
  }

  #take(block) {
    this.#blocks.push(block);
    this.#live?.send(block);
    this.#onLevel(block.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0) / 32768);
  }
}
