import { drawAxis } from "./axis.js";
import { Lanes } from "./lanes.js";
import { drawRibbon, writeRibbon } from "./ribbon.js";
import { Steps } from "./steps.js";
import { drawWaveform } from "./waveform.js";

/** Everything that does not move with the cursor, on one canvas. */
export class Picture {
  canvas = document.createElement("canvas");
  #context = this.canvas.getContext("2d");
  #steps = new Steps();
  #lanes = new Lanes();

  draw(layout, view, sound, hues, theme) {
    const context = this.#context;
    cover(this.canvas, context, view.width, layout.height);
    const { track } = sound;
    this.#steps.update(track, view);
    drawWaveform(context, layout.waveform, sound.peaks, view, theme);
    drawRibbon(context, layout.ribbon, sound.segments, view, hues.roles, theme);
    writeRibbon(context, layout.ribbon, sound.segments, view, theme);
    for (const box of layout.gates) {
      this.#lanes.drawGate(context, box, track.gate, this.#steps, hues.roles.colour(box.title, theme), theme);
    }
    for (const box of layout.branches) {
      this.#lanes.drawBranch(context, box, track.branches.get(box.title), this.#steps, hues.branch(box.title), theme);
    }
    if (view.duration > 0) drawAxis(context, layout.axis, view, theme);
  }
}

/** Makes a canvas cover this many CSS pixels in the resolution of the screen, and empties it. */
export function cover(canvas, context, width, height) {
  const density = devicePixelRatio;
  const size = [Math.round(width * density), Math.round(height * density)];
  if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, width, height);
}
