export const PEAKS_PER_SECOND = 20;

/** States in which nothing more happens without a request. */
const AT_REST = new Set(["done", "stopped", "failed", "locked"]);

/**
 * One sound of this session: its file, its state and its results.
 *
 * `state` is waiting, uploading, analysing, recording, retrying (at `retryAt`, in ms), locked (a key is needed), done,
 * stopped or failed. Events: change (state or progress), begin (earlier results are dropped), results (new ones, in
 * `detail`: `chunks`, `peaks` and `steps`, a list in the order of arrival), report (the first or an updated one).
 */
export class Sound extends EventTarget {
  state = "waiting";
  /** Share of the upload, 0 to 1. */
  sent = 0;
  problem = null;
  retryAt = null;
  chunks = [];
  peaks = [];
  /** What the gate said step by step, as in the answer; null if it speaks per chunk. */
  steps = null;
  report = null;
  /** Labels of the tags that are shown over time. */
  wantedTags = new Set();
  /** The settings that the report is for; `settings` may have changed since. */
  answeredWith = null;
  /** Seconds; null until it is known. */
  duration = null;
  startedAt = null;
  /** From the start of the upload to the report. */
  tookMs = null;
  #blob = null;
  #url = null;
  #asked = null;

  /** `blob` is null while it is still recorded. `isOurs`: it was made on this page, so nobody has it on disk. */
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

  /** Stores a finished recording. */
  keep(blob) {
    this.#blob = blob;
    this.#notify("change");
  }

  /** Where the browser can play it, or null. */
  get url() {
    if (this.#url === null && this.#blob !== null) this.#url = URL.createObjectURL(this.#blob);
    return this.#url;
  }

  get isAtRest() {
    return AT_REST.has(this.state);
  }

  get analysedSeconds() {
    return this.chunks.at(-1)?.end ?? 0;
  }

  /** The whole answer, as the service takes it again; null before its end. */
  get answer() {
    if (this.report === null) return null;
    const { report, name: file, steps, chunks } = this;
    return { ...report, file, ...(steps === null ? {} : { steps }), chunks };
  }

  become(state, { problem = null, retryAt = null } = {}) {
    this.state = state;
    this.problem = problem;
    this.retryAt = retryAt;
    this.#notify("change");
  }

  begin(state) {
    this.sent = 0;
    this.chunks = [];
    this.peaks = [];
    this.steps = null;
    this.report = null;
    this.#asked = this.settings;
    this.startedAt = performance.now();
    this.tookMs = null;
    this.#notify("begin");
    this.become(state);
  }

  progress(sent) {
    this.sent = sent;
    this.state = sent < 1 ? "uploading" : "analysing";
    this.#notify("change");
  }

  /** Takes lines of the answer, in their order. */
  addLines(lines) {
    const chunks = lines.flatMap((line) => line.chunk ?? []);
    const peaks = lines.flatMap((line) => line.peaks ?? []);
    const steps = lines.flatMap((line) => line.steps ?? []);
    for (const chunk of chunks) this.chunks.push(chunk);
    for (const peak of peaks) this.peaks.push(peak);
    for (const more of steps) this.#addSteps(more);
    if (chunks.length + peaks.length + steps.length > 0) this.#notify("results", { chunks, peaks, steps });
    const last = lines.at(-1);
    if (last?.label === undefined) return;
    const { peaks: _allPeaks, steps: _allSteps, ...report } = last;
    this.tookMs = performance.now() - this.startedAt;
    this.duration = report.audio.duration_seconds;
    this.take(report, this.#asked);
  }

  #addSteps({ start, step_seconds, probabilities }) {
    this.steps ??= { start, step_seconds, probabilities: {} };
    for (const [label, values] of Object.entries(probabilities)) {
      const known = (this.steps.probabilities[label] ??= []);
      for (const value of values) known.push(value);
    }
  }

  /** An answer, without its chunks and steps, for these settings. */
  take(report, settings) {
    this.report = report;
    this.answeredWith = settings;
    this.#notify("report");
  }

  /** The duration according to the player, which knows it before the service does. */
  claimDuration(seconds) {
    if (this.report !== null || !Number.isFinite(seconds)) return;
    this.duration = seconds;
    this.#notify("change");
  }

  #notify(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
