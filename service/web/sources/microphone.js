import { Problem, unreachable } from "../api/problem.js";

/** As it is: what makes calls clearer takes music away. */
const AS_IT_IS = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false };

/** The microphone, open. `onBlock` is called with Int16Arrays of mono sound. */
export class Microphone {
  #context;
  #tracks;

  /** Throws Problem if there is none, or it may not be used. */
  static async open(onBlock) {
    if (!navigator.mediaDevices) {
      throw new Problem({
        title: "The microphone cannot be used here",
        detail: `Browsers lend it to pages that came over https or from this computer; this one came from ${location.origin}.`,
      });
    }
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: AS_IT_IS });
    } catch (error) {
      throw refused(error);
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

function refused(error) {
  const detail = {
    NotAllowedError: "This page may not use it. Allow it in the browser's settings for this page, then record again.",
    NotFoundError: "This computer has none that the browser can see. Plug one in, then record again.",
  }[error.name];
  return new Problem({
    title: "The microphone could not be opened",
    detail: detail ?? "Another program may be using it. Close that, then record again.",
  });
}
