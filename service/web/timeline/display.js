import { Hues, Legend, readTheme } from "./colours.js";
import { Overview } from "./overview.js";
import { Picture, layOut } from "./picture.js";
import { Sound } from "./sound.js";
import { Stage } from "./stage.js";
import { Tooltip } from "./tooltip.js";
import { View } from "./view.js";

const THEMES = ["(prefers-color-scheme: dark)", "(forced-colors: active)"];

/** Keeps the screen in step with the sound and with where people look: one drawing for each frame, of what has changed. */
export class Display {
  view = new View();
  hues = new Hues();
  sound = new Sound(0);
  tooltip = new Tooltip();
  stage;
  #picture = new Picture();
  #legend = new Legend();
  #overview;
  #layout;
  #theme = null;
  #stale = true; // what is known of the sound, or the size
  #moved = true; // the view
  #afterDrawing;
  #frame = new Frame(() => this.#draw());
  #resizes = new ResizeObserver(() => this.renew());

  constructor(host, afterDrawing, signal) {
    this.#afterDrawing = afterDrawing;
    const centre = (seconds) => this.look(() => this.view.show(seconds - this.view.span / 2, this.view.span));
    this.#overview = new Overview(centre, signal);
    this.stage = new Stage(host, this.#picture.canvas, this.#overview.element, this.#legend.element, this.tooltip.element);
    this.#resizes.observe(this.stage.element);
    for (const query of THEMES) matchMedia(query).addEventListener("change", () => this.#changeTheme(), { signal });
    signal.addEventListener("abort", () => this.#close());
  }

  begin(sound) {
    this.sound = sound;
    this.view.fit();
    this.renew();
  }

  /** More of the sound is known, or the size has changed. */
  renew() {
    this.#stale = true;
    this.#frame.request();
  }

  /** `change()` moves the view. */
  look(change) {
    change();
    this.#moved = true;
    this.#frame.request();
  }

  /** Only what lies above the picture has moved. */
  follow() {
    this.#frame.request();
  }

  #changeTheme() {
    this.#theme = null;
    this.renew();
  }

  #draw() {
    if (this.#stale) this.#takeStock();
    if (this.view.width === 0) return; // hidden; the observer tells when it is shown
    if (this.#moved) this.#drawView();
    this.#afterDrawing();
  }

  #drawView() {
    this.#moved = false;
    this.#theme ??= readTheme(this.stage.element);
    this.#picture.draw(this.#layout, this.view, this.sound, this.hues, this.#theme);
    this.#overview.draw(this.view, this.sound, this.hues, this.#theme);
    this.stage.showZoom(this.view);
  }

  #takeStock() {
    this.#stale = false;
    this.#moved = true;
    this.#layout = layOut(this.sound.track);
    this.stage.element.style.height = `${this.#layout.height}px`;
    this.view.width = this.stage.element.clientWidth;
    this.view.setDuration(this.sound.duration);
    this.hues.update(this.sound);
    this.#legend.update(this.sound, this.hues);
    this.#overview.renew();
  }

  #close() {
    this.#resizes.disconnect();
    this.#frame.cancel();
    this.stage.remove();
  }
}

/** At most one drawing for each frame of the screen, however often one is asked for. */
class Frame {
  #id = null;
  #draw;

  constructor(draw) {
    this.#draw = draw;
  }

  request() {
    this.#id ??= requestAnimationFrame(() => {
      this.#id = null;
      this.#draw();
    });
  }

  cancel() {
    if (this.#id !== null) cancelAnimationFrame(this.#id);
    this.#id = null;
  }
}
