import { element } from "../element.js";
import { Hues, Legend, readTheme } from "./colours.js";
import { TimelineData } from "./data.js";
import { Picture, cover, layOut } from "./picture.js";
import { Tooltip } from "./reading.js";
import { drawRibbon, drawWaveform } from "./strips.js";
import { View } from "./view.js";

const THEMES = ["(prefers-color-scheme: dark)", "(forced-colors: active)"];

// The overview, in CSS pixels.
const OVERVIEW_HEIGHT = 28;
const WAVEFORM = { top: 0, height: 23 };
const RIBBON = { top: 24, height: 4 };

/** Keeps the screen in step with the data and the view: at most one drawing per frame, of what has changed. */
export class Display {
  view = new View();
  hues = new Hues();
  data = new TimelineData(0);
  tooltip = new Tooltip();
  elements;
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
    this.elements = new Elements(host, this.#picture.canvas, this.#overview.element, this.#legend.element, this.tooltip.element);
    this.#resizes.observe(this.elements.stage);
    for (const query of THEMES) matchMedia(query).addEventListener("change", () => this.#changeTheme(), { signal });
    signal.addEventListener("abort", () => this.#close());
  }

  begin(data) {
    this.data = data;
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
    if (this.#stale) this.#update();
    if (this.view.width === 0) return; // hidden; the observer reports when it is shown
    if (this.#moved) this.#drawView();
    this.#afterDrawing();
  }

  #drawView() {
    this.#moved = false;
    this.#theme ??= readTheme(this.elements.stage);
    this.#picture.draw(this.#layout, this.view, this.data, this.hues, this.#theme);
    this.#overview.draw(this.view, this.data, this.hues, this.#theme);
    this.elements.showZoom(this.view);
  }

  #update() {
    this.#stale = false;
    this.#moved = true;
    this.#layout = layOut(this.data.track);
    this.elements.stage.style.height = `${this.#layout.height}px`;
    this.view.width = this.elements.stage.clientWidth;
    this.view.setDuration(this.data.duration);
    this.hues.update(this.data);
    this.#legend.update(this.data, this.hues);
    this.#overview.renew();
  }

  #close() {
    this.#resizes.disconnect();
    this.#frame.cancel();
    this.elements.remove();
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

/** The elements of a timeline. Lines that move are elements of their own above the canvas, moved without drawing it again. */
class Elements {
  cursor = element("div", { className: "timeline-line timeline-cursor" });
  pointer = element("div", { className: "timeline-line timeline-pointer" });
  stage = element("div", {
    className: "timeline-stage",
    role: "slider",
    tabIndex: 0,
    ariaLabel: "Playback position",
    ariaValueMin: "0",
  });
  #buttons = {
    out: button("−", "Zoom out"),
    closer: button("+", "Zoom in"),
    all: button("All", "Show the whole sound"),
  };
  #root = element("div", { className: "timeline", role: "group", ariaLabel: "Timeline" });

  constructor(host, picture, overview, legend, tooltip) {
    const keys = element("span", {}, " Ctrl + scroll, or + and −, to zoom.");
    const hint = element("p", { className: "timeline-hint" }, "Click to play from there.", keys);
    this.stage.append(picture, this.pointer, this.cursor, tooltip);
    const tools = element("div", { className: "timeline-tools" }, overview, hint, ...Object.values(this.#buttons));
    this.#root.append(tools, this.stage, legend);
    host.append(this.#root);
  }

  /** `actions`: out(), closer(), all(). */
  onButtons(actions, signal) {
    for (const [name, act] of Object.entries(actions)) this.#buttons[name].addEventListener("click", act, { signal });
  }

  get hasFocus() {
    return document.activeElement === this.stage;
  }

  showZoom(view) {
    for (const name of ["out", "all"]) this.#buttons[name].ariaDisabled = String(view.fitted);
  }

  /** For screen readers. */
  describe(seconds, end, text) {
    this.stage.ariaValueMax = end.toFixed(1);
    this.stage.ariaValueNow = Math.min(seconds, end).toFixed(1);
    this.stage.ariaValueText = text;
  }

  /** A line at a second; none where it is not on the screen. */
  place(line, seconds, view) {
    line.hidden = seconds === null || view.duration === 0 || !view.has(seconds);
    if (!line.hidden) line.style.transform = `translateX(${view.x(seconds).toFixed(2)}px)`;
  }

  remove() {
    this.#root.remove();
  }
}

function button(text, label) {
  return element("button", { type: "button", ariaLabel: label, title: label }, text);
}

/** The whole sound as a small strip, with a window where the picture is; dragging it moves the picture. */
class Overview {
  #canvas = element("canvas");
  #window = element("div", { className: "timeline-window" });
  element = element("div", { className: "timeline-overview", ariaHidden: "true", hidden: true }, this.#canvas, this.#window);
  #whole = new View();
  #stale = true;

  /** `onMove(seconds)`: the middle of where to look now. */
  constructor(onMove, signal) {
    const move = (event) => onMove(this.#whole.seconds(event.clientX - this.element.getBoundingClientRect().left));
    const onDrag = (event) => this.element.hasPointerCapture(event.pointerId) && move(event);
    this.element.addEventListener("pointerdown", (event) => this.element.setPointerCapture(event.pointerId), { signal });
    this.element.addEventListener("pointerdown", move, { signal });
    this.element.addEventListener("pointermove", onDrag, { signal });
  }

  /** The data, the colours or the size have changed. */
  renew() {
    this.#stale = true;
  }

  draw(view, data, hues, theme) {
    this.element.hidden = view.fitted;
    if (view.fitted) return;
    if (this.#stale) this.#drawWhole(view, data, hues, theme);
    this.#window.style.transform = `translateX(${this.#whole.x(view.from)}px)`;
    this.#window.style.width = `${Math.max(this.#whole.x(view.span), 3)}px`;
  }

  #drawWhole(view, data, hues, theme) {
    this.#whole.width = this.element.clientWidth;
    this.#whole.setDuration(view.duration);
    const context = this.#canvas.getContext("2d");
    cover(this.#canvas, context, this.#whole.width, OVERVIEW_HEIGHT);
    drawWaveform(context, WAVEFORM, data.peaks, this.#whole, theme);
    drawRibbon(context, RIBBON, data.segments, this.#whole, hues.roles, theme);
    this.#stale = false;
  }
}
