import { wavBlob } from "./recording.js";

// The sample.
const RATE_HZ = 22050;
const CHORDS_HZ = [[261.6, 329.6, 392.0], [220.0, 261.6, 329.6], [174.6, 220.0, 261.6], [196.0, 246.9, 293.7]];
const BARS = 12;
const PAUSE_SECONDS = 3;
const SURF_SECONDS = 6;
const PARTIALS = 7;

/** Files that are dropped anywhere on the page, or chosen. `host` is highlighted while files are dragged. Calls `onFiles` with a list. */
export class DropZone {
  constructor(host, chooser, onFiles) {
    let depth = 0; // dragging from an element to one inside it enters the one before it leaves the other
    const hasFiles = (event) => event.dataTransfer.types.includes("Files");
    const show = () => host.classList.toggle("is-target", depth > 0);

    document.addEventListener("dragenter", (event) => {
      if (hasFiles(event)) depth += 1;
      show();
    });
    document.addEventListener("dragleave", (event) => {
      if (hasFiles(event)) depth -= 1;
      show();
    });
    document.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
    document.addEventListener("drop", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth = 0;
      show();
      onFiles([...event.dataTransfer.files]);
    });
    chooser.addEventListener("change", () => {
      onFiles([...chooser.files]);
      chooser.value = ""; // so that the same file can be chosen again
    });
  }
}

/** A sample to try the service with, always the same: 12 s of chords with a beat, 3 s of silence, 6 s like the sea. */
export function sample() {
  const noise = makeNoise();
  const drums = beat(noise);
  const bars = Array.from({ length: BARS }, (_, number) => {
    const frequencies = CHORDS_HZ[number % CHORDS_HZ.length];
    return pluckedChord([...frequencies, frequencies[0] / 2]).map((value, frame) => value + drums[frame]);
  });
  const blocks = [...bars, new Float32Array(PAUSE_SECONDS * RATE_HZ), surf(noise)];
  return new File([wavBlob(blocks.map(toInt16), RATE_HZ)], "sample.wav", { type: "audio/wav" });
}

/** One second of `valueAt(seconds)`. */
function second(valueAt) {
  return Float32Array.from({ length: RATE_HZ }, (_, frame) => valueAt(frame / RATE_HZ));
}

/** Strings that ring out. */
function pluckedChord(frequencies) {
  return second((seconds) => {
    let sum = 0;
    for (const hertz of frequencies) {
      for (let partial = 1; partial <= PARTIALS; partial += 1) {
        sum += (Math.exp(-2 * partial * seconds) * Math.sin(2 * Math.PI * hertz * partial * seconds)) / partial;
      }
    }
    return 0.12 * sum * Math.min(1, seconds / 0.005);
  });
}

/** A drum twice a second, a rattle four times. */
function beat(noise) {
  return second((seconds) => {
    const [sinceDrum, sinceRattle] = [seconds % 0.5, seconds % 0.25];
    const falling = 50 * sinceDrum + 3 * (1 - Math.exp(-40 * sinceDrum));
    return 0.5 * Math.sin(2 * Math.PI * falling) * Math.exp(-18 * sinceDrum) + 0.15 * noise() * Math.exp(-80 * sinceRattle);
  });
}

/** Noise through a leaky sum, louder and quieter. */
function surf(noise) {
  const frames = SURF_SECONDS * RATE_HZ;
  let rumble = 0;
  return Float32Array.from({ length: frames }, (_, frame) => {
    rumble = 0.97 * rumble + 0.03 * noise();
    return 1.2 * rumble * (0.6 + 0.4 * Math.sin((3 * Math.PI * frame) / frames));
  });
}

/** Numbers from -1 to 1 without any order, which a linear congruence makes. */
function makeNoise() {
  let state = 1;
  return () => {
    state = (1664525 * state + 1013904223) % 2 ** 32;
    return state / 2 ** 31 - 1;
  };
}

function toInt16(samples) {
  return Int16Array.from(samples, (sample) => Math.round(32767 * Math.max(-1, Math.min(1, sample))));
}
