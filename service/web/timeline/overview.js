import { element } from "../element.js";
import { cover } from "./picture.js";
import { drawRibbon } from "./ribbon.js";
import { View } from "./view.js";
import { drawWaveform } from "./waveform.js";

const RIBBON = { top: 24, height: 4 };
const WAVEFORM = { top: 0, height: 23 };
const HEIGHT = 28;

/** The whole sound as a small strip, with a window where the picture is; dragged, it takes the picture along. */
export class Overview {
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

  /** The sound, the colours or the size are others now. */
  renew() {
    this.#stale = true;
  }

  draw(view, sound, hues, theme) {
    this.element.hidden = view.fitted;
    if (view.fitted) return;
    if (this.#stale) this.#drawWhole(view, sound, hues, theme);
    this.#window.style.transform = `translateX(${this.#whole.x(view.from)}px)`;
    this.#window.style.width = `${Math.max(this.#whole.x(view.span), 3)}px`;
  }

  #drawWhole(view, sound, hues, theme) {
    this.#whole.width = this.element.clientWidth;
    this.#whole.setDuration(view.duration);
    const context = this.#canvas.getContext("2d");
    cover(this.#canvas, context, this.#whole.width, HEIGHT);
    drawWaveform(context, WAVEFORM, sound.peaks, this.#whole, theme);
    drawRibbon(context, RIBBON, sound.segments, this.#whole, hues.roles, theme);
    this.#stale = false;
  }
}
