import { part } from "./element.js";
import { Queue } from "./queue.js";
import { Service, unreachable } from "./service.js";
import { Sound } from "./sound.js";
import { DropZone, sample } from "./sources/files.js";
import { Recording } from "./sources/recording.js";
import { Downloads, History, KeyPanel } from "./views/panels.js";
import { DEFAULTS, SettingsForm, forRewriting, needsAnalysis, needsRewriting } from "./views/settings_form.js";
import { bytes, duration } from "./words/numbers.js";

/** The page: creates its parts and connects them. */
class Page {
  #settings = DEFAULTS;
  #service = new Service();
  #queue = new Queue(this.#service);
  #recording = null;
  #isOpening = false; // the browser may be asking whether the microphone may be used
  #downloads = new Downloads((sound, format) => this.#write(sound, format));
  #stage = null; // loaded with the first sound: it and the timeline are more than half of the code
  #stageLoading = null;
  #history = new History((sound) => this.#open(sound));
  #keyPanel = new KeyPanel((key) => this.#useKey(key));
  #form = new SettingsForm(this.#settings, (settings) => this.#applySettings(settings));
  #rewriting = new AbortController();

  constructor() {
    new DropZone(part("drop-zone"), part("chooser"), (files) => this.#addFiles(files));
    part("sample").addEventListener("click", () => this.#addFiles([sample()], { isOurs: true }));
    part("record").addEventListener("click", () => this.#toggleRecording());
    part("stop").addEventListener("click", () => this.#stop(this.#stage.sound));
    part("retry").addEventListener("click", () => this.#analyse(this.#stage.sound));
    part("origin").textContent = location.href.replace(/\/$/, "");
  }

  /** Loads the formats and limits of the service. The answer also tells whether a key is needed. */
  async start() {
    try {
      await this.#loadFormats();
    } catch (problem) {
      this.#showProblem(problem);
    }
  }

  async #loadFormats() {
    const { limits, writes } = await this.#service.formats();
    this.#downloads.setFormats(writes);
    const most = `${bytes(limits.max_body_bytes)} and ${duration(limits.max_duration_seconds)}`;
    part("limits").textContent = `Or drop files anywhere on this page. Up to ${most} each.`;
  }

  /** Null clears the last problem. A missing key opens the key panel instead. */
  #showProblem(problem) {
    if (problem?.needsKey) this.#keyPanel.open();
    else part("notice").textContent = problem === null ? "" : `${problem.title}. ${problem.detail}`;
  }

  async #useKey(key) {
    this.#service.useKey(key);
    try {
      await this.#loadFormats();
    } catch (problem) {
      return problem;
    }
    for (const sound of this.#history.sounds) {
      if (sound.state === "locked") this.#queue.add(sound);
    }
    return null;
  }

  #addFiles(files, options) {
    const sounds = files.map((file) => new Sound(file.name, file, this.#settings, options));
    for (const sound of sounds.toReversed()) this.#add(sound); // newest first; files chosen together keep their order
    for (const sound of sounds) this.#queue.add(sound);
    if (sounds.length > 0) this.#open(sounds[0]);
  }

  #add(sound) {
    this.#showProblem(null);
    this.#history.add(sound);
    sound.addEventListener("change", () => {
      if (sound.state === "locked") this.#keyPanel.open();
      if (sound.state === "done") this.#rewriteIfNeeded(sound);
    });
  }

  async #open(sound) {
    this.#history.mark(sound);
    this.#settings = sound.settings;
    this.#form.show(sound.settings);
    this.#rewriteIfNeeded(sound); // the last try may have failed
    try {
      this.#stageLoading ??= import("./views/stage.js");
      const { Stage } = await this.#stageLoading;
      this.#stage ??= new Stage(this.#downloads);
    } catch {
      this.#stageLoading = null;
      this.#showProblem(unreachable());
      return;
    }
    this.#stage.open(sound);
  }

  #stop(sound) {
    if (this.#recording?.sound === sound) this.#endRecording();
    else this.#queue.stop(sound);
  }

  #toggleRecording() {
    if (this.#recording !== null) this.#endRecording();
    else if (!this.#isOpening) this.#record();
  }

  async #record() {
    const time = new Date().toTimeString().slice(0, 8).replaceAll(":", "-");
    const sound = new Sound(`recording-${time}.wav`, null, this.#settings, { isOurs: true });
    const recording = new Recording(this.#service, sound, (level) => this.#stage?.progress.setLevel(level));
    this.#isOpening = true;
    try {
      await recording.open();
      this.#add(sound);
      await this.#open(sound);
    } catch (problem) {
      this.#showProblem(problem);
      return;
    } finally {
      this.#isOpening = false;
    }
    this.#recording = recording;
    this.#showRecording(true);
    await recording.run();
    if (this.#recording === recording) this.#endRecording();
  }

  #showRecording(isRecording) {
    part("record").setAttribute("aria-pressed", String(isRecording));
    part("record-text").textContent = isRecording ? "Stop recording" : "Record";
  }

  async #endRecording() {
    const recording = this.#recording;
    this.#recording = null;
    this.#showRecording(false);
    await recording.stop();
  }

  #applySettings(settings) {
    this.#settings = settings;
    const sound = this.#stage.sound; // there is one, since the settings are shown with it
    const before = sound.settings;
    sound.settings = settings;
    if (needsAnalysis(before, settings)) this.#analyse(sound);
    else this.#rewriteIfNeeded(sound);
    this.#stage.showTopLabels();
  }

  /** Sends the sound again. */
  #analyse(sound) {
    this.#showProblem(null);
    this.#rewriting.abort(); // it is for chunks that are dropped now
    this.#queue.add(sound);
  }

  /** Updates averages and segments to changed settings, from the chunks and steps that are there. */
  async #rewriteIfNeeded(sound) {
    const { settings, answer, answeredWith } = sound;
    if (answer === null || !needsRewriting(answeredWith, settings)) return;
    this.#showProblem(null);
    this.#rewriting.abort();
    this.#rewriting = new AbortController();
    try {
      const query = { ...forRewriting(settings), detail: "segments" };
      const response = await this.#service.rewrite(answer, query, this.#rewriting.signal);
      sound.take(await response.json(), settings);
    } catch (error) {
      if (error.name !== "AbortError") this.#showProblem(error);
    }
  }

  /** The answer of a sound in a format, or null. */
  async #write(sound, format) {
    const { top_k } = sound.settings;
    const query = { ...forRewriting(sound.settings), top_k, format, detail: sound.steps === null ? "chunks" : "steps" };
    this.#showProblem(null);
    try {
      return await (await this.#service.rewrite(sound.answer, query)).blob();
    } catch (problem) {
      this.#showProblem(problem);
      return null;
    }
  }
}

new Page().start();
