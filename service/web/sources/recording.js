import { Live, Problem, unreachable } from "../service.js";
import { PEAKS_PER_SECOND } from "../sound.js";

/** The raw sound: what makes calls clearer takes music away. */
const RAW = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false };
const WAV_HEAD_BYTES = 44;
const PCM = 1;

/** A running recording: analysed live, and kept as a WAV file. */
export class Recording {
  #service;
  #onLevel;
  #blocks = [];
  #microphone = null;
  #live = null;
  #stopping = null;

  /** `sound` has no blob yet; it gets one at the end. `onLevel` is called with the loudest of each block, 0 to 1. */
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
    this.#live = new Live(this.#service, start, (line) => this.sound.addLines([line]));
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
    if (this.sound.state === "recording") this.sound.become("analysing");
  }

  #take(block) {
    this.#blocks.push(block);
    this.#live?.send(block);
    this.#onLevel(block.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0) / 32768);
  }
}

/** The open microphone. `onBlock` is called with Int16Arrays of mono sound. */
class Microphone {
  #context;
  #tracks;

  /** Throws Problem if there is none, or the browser refuses it. */
  static async open(onBlock) {
    if (!navigator.mediaDevices) {
      throw new Problem({
        title: "The microphone cannot be used here",
        detail: `Browsers allow it only on pages from https or from this computer. This page is from ${location.origin}.`,
      });
    }
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: RAW });
    } catch (error) {
      throw openingProblem(error);
    }
    const context = new AudioContext();
    const microphone = new Microphone(context, stream.getTracks());
    try {
      await context.audioWorklet.addModule(new URL("capture.js", import.meta.url));
    } catch {
      await microphone.close();
      throw unreachable();
    }
    const capture = new AudioWorkletNode(context, "capture", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    capture.port.onmessage = (event) => onBlock(event.data);
    context.createMediaStreamSource(stream).connect(capture);
    await context.resume();
    return microphone;
  }

  constructor(context, tracks) {
    this.#context = context;
    this.#tracks = tracks;
  }

  get sampleRate() {
    return this.#context.sampleRate;
  }

  async close() {
    for (const track of this.#tracks) track.stop();
    await this.#context.close();
  }
}

function openingProblem(error) {
  const detail = {
    NotAllowedError: "The browser has blocked it. Allow it in the browser's settings for this page, then record again.",
    NotFoundError: "The browser found no microphone. Connect one, then record again.",
  }[error.name];
  return new Problem({
    title: "The microphone could not be opened",
    detail: detail ?? "Another program may be using it. Close that program, then record again.",
  });
}

/** A WAV file of mono sound; `blocks` are Int16Arrays, one after the other. */
export function wavBlob(blocks, sampleRate) {
  const bytes = blocks.reduce((sum, block) => sum + block.byteLength, 0);
  const head = new DataView(new ArrayBuffer(WAV_HEAD_BYTES));
  const write = (offset, text) => [...text].forEach((letter, at) => head.setUint8(offset + at, letter.charCodeAt(0)));
  write(0, "RIFF");
  head.setUint32(4, WAV_HEAD_BYTES - 8 + bytes, true);
  write(8, "WAVEfmt ");
  head.setUint32(16, 16, true);
  head.setUint16(20, PCM, true);
  head.setUint16(22, 1, true);
  head.setUint32(24, sampleRate, true);
  head.setUint32(28, 2 * sampleRate, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  write(36, "data");
  head.setUint32(40, bytes, true);
  return new Blob([head, ...blocks], { type: "audio/wav" });
}
