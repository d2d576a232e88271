/** Frames of a block: a twentieth of a second at 48 kHz. */
const BLOCK_FRAMES = 2400;

/** In the browser's audio thread: collects the microphone's samples and posts them as 16-bit blocks. */
class Capture extends AudioWorkletProcessor {
  #block = new Int16Array(BLOCK_FRAMES);
  #filled = 0;

  process([[channel]]) {
    for (const sample of channel ?? []) {
      this.#block[this.#filled] = Math.round(32767 * Math.max(-1, Math.min(1, sample)));
      this.#filled += 1;
      if (this.#filled === BLOCK_FRAMES) this.#post();
    }
    return true;
  }

  #post() {
    this.port.postMessage(this.#block, [this.#block.buffer]);
    this.#block = new Int16Array(BLOCK_FRAMES);
    this.#filled = 0;
  }
}

registerProcessor("capture", Capture);
