import { element } from "../element.js";

/** The elements of a timeline. Lines that move are elements of their own above the canvas, moved without drawing it again. */
export class Stage {
  cursor = element("div", { className: "timeline-line timeline-cursor" });
  pointer = element("div", { className: "timeline-line timeline-pointer" });
  element = element("div", {
    className: "timeline-stage",
    role: "slider",
    tabIndex: 0,
    ariaLabel: "Moment in the sound",
    ariaValueMin: "0",
  });
  #buttons = {
    out: button("−", "Zoom out"),
    closer: button("+", "Zoom in"),
    all: button("All", "Show all of the sound"),
  };
  #root = element("div", { className: "timeline", role: "group", ariaLabel: "Timeline" });

  constructor(host, picture, overview, legend, tooltip) {
    const keys = element("span", {}, " Ctrl and wheel, or + and −, to look closer.");
    const hint = element("p", { className: "timeline-hint" }, "Click to hear from there.", keys);
    this.element.append(picture, this.pointer, this.cursor, tooltip);
    const tools = element("div", { className: "timeline-tools" }, overview, hint, ...Object.values(this.#buttons));
    this.#root.append(tools, this.element, legend);
    host.append(this.#root);
  }

  /** `actions`: out(), closer(), all(). */
  listen(actions, signal) {
    for (const [name, act] of Object.entries(actions)) this.#buttons[name].addEventListener("click", act, { signal });
  }

  get hasFocus() {
    return document.activeElement === this.element;
  }

  showZoom(view) {
    for (const name of ["out", "all"]) this.#buttons[name].ariaDisabled = String(view.fitted);
  }

  /** What those hear who cannot see it. */
  tell(seconds, end, text) {
    this.element.ariaValueMax = end.toFixed(1);
    this.element.ariaValueNow = Math.min(seconds, end).toFixed(1);
    this.element.ariaValueText = text;
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
