export const PEAKS_PER_SECOND = 20;

/** States in which nothing more is to come unless somebody asks for it. */
const AT_REST = new Set(["done", "stopped", "failed", "locked"]);

/**
 * One sound of this visit: what it is, how far it is, and what was heard in it.
 *
 * `state` is waiting, sending, listening, recording, pausing (until `retryAt`, in ms), locked (a key is needed), done,
 * stopped or failed. Events: change (of the state, or how far it is), begin (what was heard is forgotten),
 * heard (more of it, in `detail`: `chunks` and `peaks`), report (an answer, or another one).
 */
export class Sound extends EventTarget {
  state = "waiting";
  /** Share of the upload, 0 to 1. */
  sent = 0;
  problem = null;
  retryAt = null;
  chunks = [];
  peaks = [];
  report = null;
  /** The settings that the report is for; those that are wanted may be others by now. */
  answeredWith = null;
  /** Seconds, as soon as anybody knows. */
  duration = null;
  /** What it took from the start of the upload to the report, in ms. */
  startedAt = null;
  tookMs = null;
  #blob = null;
  #url = null;
  #asked = null;

  /** `blob` is null while it is still recorded. `isOurs`: it was made here, so that nobody has it on a disk. */
  constructor(name, blob, settings, { isOurs = false } = {}) {
    super();
    this.name = name;
    this.#blob = blob;
    this.settings = settings;
    this.isOurs = isOurs;
  }

  /** The file; null while it is still recorded. */
  get blob() {
    return this.#blob;
  }

  /** What was recorded. */
  keep(blob) {
    this.#blob = blob;
    this.#tell("change");
  }

  /** Where the browser can play it, or null. */
  get url() {
    if (this.#url === null && this.#blob !== null) this.#url = URL.createObjectURL(this.#blob);
    return this.#url;
  }

  get isAtRest() {
    return AT_REST.has(this.state);
  }

  get heardSeconds() {
    return this.chunks.at(-1)?.end ?? 0;
  }

  /** The whole answer, as the service takes it again; null before its end. */
  get answer() {
    if (this.report === null) return null;
    return { ...this.report, file: this.name, chunks: this.chunks };
  }

  become(state, { problem = null, retryAt = null } = {}) {
    this.state = state;
    this.problem = problem;
    this.retryAt = retryAt;
    this.#tell("change");
  }

  begin(state) {
    this.sent = 0;
    this.chunks = [];
    this.peaks = [];
    this.report = null;
    this.#asked = this.settings;
    this.startedAt = performance.now();
    this.tookMs = null;
    this.#tell("begin");
    this.become(state);
  }

  progress(sent) {
    this.sent = sent;
    this.state = sent < 1 ? "sending" : "listening";
    this.#tell("change");
  }

  /** Takes lines of the answer, in their order. */
  hear(lines) {
    const chunks = lines.flatMap((line) => line.chunk ?? []);
    const peaks = lines.flatMap((line) => line.peaks ?? []);
    for (const chunk of chunks) this.chunks.push(chunk);
    for (const peak of peaks) this.peaks.push(peak);
    if (chunks.length + peaks.length > 0) this.#tell("heard", { chunks, peaks });
    const last = lines.at(-1);
    if (last?.label === undefined) return;
    const { peaks: _all, ...report } = last;
    this.tookMs = performance.now() - this.startedAt;
    this.duration = report.audio.duration_seconds;
    this.take(report, this.#asked);
  }

  /** An answer, without its chunks, for these settings. */
  take(report, settings) {
    this.report = report;
    this.answeredWith = settings;
    this.#tell("report");
  }

  /** `seconds` by the player, which knows before the service does. */
  claimDuration(seconds) {
    if (this.report !== null || !Number.isFinite(seconds)) return;
    this.duration = seconds;
    this.#tell("change");
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
