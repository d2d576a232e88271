const DRAG = 4; // CSS pixels; less is a click with an unsteady hand
const LINE = 16; // CSS pixels that a wheel's line stands for
const LARGEST_WHEEL = 40; // of one event, so that a mouse wheel does not jump
const WHEEL_ZOOM = 0.01;
const FAR_SECONDS = 10; // of a key with Shift
const KEY_ZOOM = 1.5;

/**
 * Mouse, pen and fingers on the stage. `actions`: seek(x), pan(pixels), zoom(factor, x), point(x), leave(),
 * and ask() to show the numbers at the cursor. `x` counts CSS pixels from the left edge.
 */
export class Gestures {
  #stage;
  #actions;
  #pressed = new Map(); // pointer id -> x
  #moved = false;

  constructor(stage, actions, signal) {
    this.#stage = stage;
    this.#actions = actions;
    const on = (type, act, options) => stage.addEventListener(type, act, { signal, ...options });
    on("pointerdown", (event) => this.#press(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", (event) => this.#release(event, !this.#moved));
    on("pointercancel", (event) => this.#release(event, false));
    on("pointerleave", actions.leave);
    on("wheel", (event) => this.#wheel(event), { passive: false });
  }

  #x(event) {
    return event.clientX - this.#stage.getBoundingClientRect().left;
  }

  #press(event) {
    if (event.button !== 0) return;
    if (this.#pressed.size === 0) this.#moved = false;
    this.#pressed.set(event.pointerId, this.#x(event));
    this.#stage.setPointerCapture(event.pointerId);
  }

  #move(event) {
    const x = this.#x(event);
    const before = this.#pressed.get(event.pointerId);
    if (before === undefined) {
      this.#actions.point(x);
    } else if (this.#pressed.size > 1) {
      this.#pinch(event.pointerId, before, x);
    } else if (this.#moved || Math.abs(x - before) > DRAG) {
      this.#moved = true;
      this.#pressed.set(event.pointerId, x);
      this.#actions.pan(before - x);
      this.#actions.point(x);
    }
  }

  #pinch(id, before, x) {
    const other = [...this.#pressed].find(([pressed]) => pressed !== id)[1];
    this.#moved = true;
    this.#pressed.set(id, x);
    // The sound under the other finger stays there.
    if (Math.abs(before - other) > DRAG) this.#actions.zoom(Math.abs(x - other) / Math.abs(before - other), other);
  }

  #release(event, isClick) {
    if (!this.#pressed.delete(event.pointerId) || !isClick) return;
    this.#actions.seek(this.#x(event));
    if (event.pointerType !== "mouse") this.#actions.ask(); // a finger cannot hover
  }

  #wheel(event) {
    const scale = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
    const [across, along] = [event.deltaX * scale, event.deltaY * scale];
    if (event.ctrlKey) {
      const turned = Math.min(Math.max(along, -LARGEST_WHEEL), LARGEST_WHEEL);
      this.#actions.zoom(Math.exp(-turned * WHEEL_ZOOM), this.#x(event));
    } else if (event.shiftKey || Math.abs(across) > Math.abs(along)) {
      this.#actions.pan(across || along);
    } else {
      return; // the page scrolls
    }
    event.preventDefault();
  }
}

/** Keys on the stage. `actions`: step(direction), jump(seconds), toStart(), toEnd(), zoom(factor), fit(). */
export function listenToKeys(stage, actions, signal) {
  stage.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return; // those belong to the browser
      const act = actionOf(event, actions);
      if (!act) return;
      event.preventDefault();
      act();
    },
    { signal },
  );
}

function actionOf({ key, shiftKey }, actions) {
  const direction = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[key];
  if (direction) return shiftKey ? () => actions.jump(direction * FAR_SECONDS) : () => actions.step(direction);
  return {
    PageUp: () => actions.jump(FAR_SECONDS),
    PageDown: () => actions.jump(-FAR_SECONDS),
    Home: actions.toStart,
    End: actions.toEnd,
    "+": () => actions.zoom(KEY_ZOOM),
    "=": () => actions.zoom(KEY_ZOOM),
    "-": () => actions.zoom(1 / KEY_ZOOM),
    0: actions.fit,
  }[key];
}
