import { part } from "../element.js";
import { PEAKS_PER_SECOND } from "../sound.js";
import { Timeline } from "../timeline/timeline.js";
import { chunkInWords } from "../words/chunk.js";
import { verdict, verdictCertainty } from "../words/verdict.js";
import { Actions } from "./actions.js";
import { Announcer } from "./announcer.js";
import { showAudio } from "./audio_report.js";
import { showLabels } from "./labels.js";
import { Player } from "./player.js";
import { ProgressView } from "./progress.js";
import { SegmentTable } from "./segments.js";
import { changesInWords, showShares } from "./shares.js";

/** Where one sound is shown: the open one. */
export class Stage {
  #sound = null;
  #closing = null;
  #actions = new Actions();
  #announcer = new Announcer();
  #downloads;
  #timeline;
  #player;
  #segments;

  constructor(downloads) {
    this.#downloads = downloads;
    this.progress = new ProgressView(this.#announcer);
    this.#player = new Player((seconds) => this.#timeline.setCursor(seconds));
    this.#timeline = new Timeline(part("timeline"), { onSeek: (seconds) => this.#player.playFrom(seconds) });
    this.#segments = new SegmentTable((seconds) => this.#player.playFrom(seconds));
  }

  get sound() {
    return this.#sound;
  }

  open(sound) {
    if (sound === this.#sound) return;
    this.#closing?.abort();
    this.#closing = new AbortController();
    this.#sound = sound;
    const { signal } = this.#closing;
    sound.addEventListener("change", () => this.#showState(), { signal });
    sound.addEventListener("begin", () => this.#showAll(), { signal });
    sound.addEventListener("heard", (event) => this.#showHeard(event.detail), { signal });
    sound.addEventListener("report", () => this.#showReport(), { signal });
    part("sound").hidden = false;
    part("main").classList.remove("is-empty");
    this.#showAll();
  }

  /** After a setting that asks for no other answer. */
  showLabels() {
    if (this.#sound.report !== null) showLabels(this.#sound.report, this.#sound.settings);
  }

  #showAll() {
    const { name, chunks, peaks, duration, report } = this.#sound;
    part("name").textContent = name;
    this.#timeline.begin({ duration });
    this.#timeline.addPeaks(PEAKS_PER_SECOND, peaks);
    this.#timeline.addChunks(chunks);
    this.#showState();
    this.#showNow();
    if (report === null) this.#showNoReport();
    else this.#showReport();
  }

  #showState() {
    const { state, blob, chunks, isOurs } = this.#sound;
    const cameToNothing = state === "failed" && chunks.length === 0;
    part("timeline").hidden = cameToNothing;
    part("player").hidden = cameToNothing && !isOurs;
    part("settings-fields").disabled = blob === null;
    this.progress.show(this.#sound);
    this.#player.show(this.#sound);
    this.#downloads.show(this.#sound);
    this.#actions.show(this.#sound);
  }

  #showHeard({ chunks, peaks }) {
    this.#timeline.addPeaks(PEAKS_PER_SECOND, peaks);
    this.#timeline.addChunks(chunks);
    this.#showNow();
    this.progress.show(this.#sound);
  }

  /** The last chunk in words, until there is more to say. */
  #showNow() {
    const chunk = this.#sound.chunks.at(-1);
    part("now").textContent = chunk === undefined || this.#sound.report !== null ? "" : chunkInWords(chunk);
  }

  #showNoReport() {
    part("details").hidden = true;
    this.#segments.show([]);
    part("segments-panel").hidden = true;
    for (const name of ["verdict", "certainty", "changes"]) part(name).textContent = "";
  }

  #showReport() {
    const { report, settings } = this.#sound;
    part("now").textContent = "";
    part("verdict").textContent = verdict(report);
    part("certainty").textContent = verdictCertainty(report);
    part("changes").textContent = changesInWords(report);
    part("details").hidden = false;
    part("segments-panel").hidden = false;
    this.#timeline.end({ duration: report.audio.duration_seconds });
    this.#timeline.setSegments(report.segments);
    this.#segments.show(report.segments);
    showShares(report);
    showLabels(report, settings);
    showAudio(report.audio);
    this.#announcer.say(`${this.#sound.name}: ${verdict(report)}`);
  }
}
