import { part } from "../element.js";
import { PEAKS_PER_SECOND } from "../sound.js";
import { chunkInWords } from "../timeline/reading.js";
import { Timeline } from "../timeline/timeline.js";
import { segmentsInWords, verdict, verdictCertainty } from "../words/labels.js";
import { SegmentTable, TagChips, changesInWords, showAudio, showLabels, showShares } from "./details.js";
import { Player } from "./player.js";
import { Announcer, ProgressView } from "./progress.js";

/** Shows the open sound: state, headline, player, timeline, details. */
export class Stage {
  #sound = null;
  #closing = null;
  #actions = new Actions();
  #announcer = new Announcer();
  #downloads;
  #timeline;
  #player;
  #segments;
  #tags = new TagChips(() => this.#showTags());

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
    sound.addEventListener("results", (event) => this.#showResults(event.detail), { signal });
    sound.addEventListener("report", () => this.#showReport(), { signal });
    part("sound").hidden = false;
    part("main").classList.remove("is-empty");
    this.#showAll();
  }

  /** Applies the number of top labels, which needs no new answer. */
  showTopLabels() {
    if (this.#sound.report !== null) showLabels(this.#sound.report, this.#sound.settings);
    this.#showTags();
  }

  #showAll() {
    const { name, chunks, peaks, steps, duration, report } = this.#sound;
    part("name").textContent = name;
    this.#timeline.begin({ duration });
    this.#timeline.addPeaks(PEAKS_PER_SECOND, peaks);
    this.#timeline.addChunks(chunks);
    if (steps !== null) this.#timeline.addSteps(steps);
    this.#showTags();
    this.#showState();
    this.#showNow();
    if (report === null) this.#showNoReport();
    else this.#showReport();
  }

  #showState() {
    const { state, blob, chunks, isOurs } = this.#sound;
    const isEmpty = state === "failed" && chunks.length === 0;
    part("timeline").hidden = isEmpty;
    part("player").hidden = isEmpty && !isOurs;
    part("settings-fields").disabled = blob === null;
    this.progress.show(this.#sound);
    this.#player.show(this.#sound);
    this.#downloads.show(this.#sound);
    this.#actions.show(this.#sound);
  }

  #showResults({ chunks, peaks, steps }) {
    this.#timeline.addPeaks(PEAKS_PER_SECOND, peaks);
    this.#timeline.addChunks(chunks);
    for (const more of steps) this.#timeline.addSteps(more);
    this.#showNow();
    this.progress.show(this.#sound);
  }

  /** The last chunk in words, until there is more to say. */
  #showNow() {
    const chunk = this.#sound.chunks.at(-1);
    part("now").textContent = chunk === undefined || this.#sound.report !== null ? "" : chunkInWords(chunk);
  }

  /** Tags as chips, the pressed ones as lanes, too. */
  #showTags() {
    this.#timeline.setTags(this.#tags.show(this.#sound));
  }

  #showNoReport() {
    part("details").hidden = true;
    this.#segments.show([]);
    part("segments-panel").hidden = true;
    for (const name of ["verdict", "certainty", "changes"]) part(name).textContent = "";
  }

  #showReport() {
    const { report, settings } = this.#sound;
    const segments = segmentsInWords(report);
    part("now").textContent = "";
    part("verdict").textContent = verdict(report);
    part("certainty").textContent = verdictCertainty(report);
    part("changes").textContent = changesInWords(segments);
    part("details").hidden = false;
    part("segments-panel").hidden = false;
    this.#timeline.end({ duration: report.audio.duration_seconds });
    this.#timeline.setSegments(segments);
    this.#segments.show(segments);
    this.#showTags();
    showShares(segments);
    showLabels(report, settings);
    showAudio(report.audio);
    this.#announcer.say(`${this.#sound.name}: ${verdict(report)}`);
  }
}

/** The buttons of the open sound: stop it while it runs, retry if it failed or was stopped. */
class Actions {
  #stop = part("stop");
  #retry = part("retry");

  show({ state, isAtRest, blob }) {
    const focused = [this.#stop, this.#retry].find((button) => button === document.activeElement);
    this.#stop.hidden = isAtRest;
    this.#retry.hidden = !isAtRest || state === "done" || blob === null;
    if (focused?.hidden) this.#handOn();
  }

  /** A button that disappears would lose the focus. */
  #handOn() {
    const next = [this.#stop, this.#retry, part("play")].find((button) => !button.hidden && !button.disabled);
    next?.focus();
  }
}
