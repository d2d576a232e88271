const HEAD_BYTES = 44;
const PCM = 1;

/** A WAV file of mono sound; `blocks` are Int16Arrays, one after the other. */
export function wavBlob(blocks, sampleRate) {
  const bytes = blocks.reduce((sum, block) => sum + block.byteLength, 0);
  const head = new DataView(new ArrayBuffer(HEAD_BYTES));
  const write = (offset, text) => [...text].forEach((letter, at) => head.setUint8(offset + at, letter.charCodeAt(0)));
  write(0, "RIFF");
  head.setUint32(4, HEAD_BYTES - 8 + bytes, true);
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
