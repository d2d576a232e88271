import { clock, preciseClock } from "../words/numbers.js";
import { Columns } from "./columns.js";
import { Lanes } from "./lanes.js";
import { drawRibbon, writeRibbon } from "./ribbon.js";
import { drawWaveform } from "./waveform.js";

const WAVEFORM = 88;
const RIBBON = 30;
const TITLE = 22; // above a lane
const SLIM = 28; // the lane of one label: of the gate, or a tag
const BRANCH = 76;
const AXIS = 24;
const GAP = 8;
const AXIS_SECONDS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];
const APART = 66; // CSS pixels between two numbers, at least
const TICK = 6;

/** Where everything lies, from the top down: boxes of `top` and `height` in CSS pixels, those of lanes with a title above. */
export function layOut(track) {
  let y = 0;
  const box = (height, above = 0) => {
    const top = y + above;
    y = top + height;
    return { top, height };
  };
  const waveform = box(WAVEFORM);
  const ribbon = box(RIBBON, GAP);
  const gates = track.gate.labels.map((label) => ({ title: label, ...box(SLIM, TITLE) }));
  // A branch has a lane once it has heard something.
  const branches = [...track.branches]
    .filter(([, lane]) => lane.heardCells > 0)
    .map(([name]) => ({ title: name, ...box(BRANCH, TITLE) }));
  const tags = [...track.tags.keys()].map((label) => ({ title: label, ...box(SLIM, TITLE) }));
  const axis = box(AXIS, GAP);
  return { waveform, ribbon, gates, branches, tags, axis, height: y };
}

/** Everything that does not move with the cursor, on one canvas. */
export class Picture {
  canvas = document.createElement("canvas");
  #context = this.canvas.getContext("2d");
  #chunks = new Columns();
  #steps = new Columns(); // of the gate, where it speaks in steps
  #lanes = new Lanes();

  draw(layout, view, sound, hues, theme) {
    const context = this.#context;
    cover(this.canvas, context, view.width, layout.height);
    const { track } = sound;
    this.#chunks.update(track, view);
    this.#steps.update(track.gateGrid, view);
    drawWaveform(context, layout.waveform, sound.peaks, view, theme);
    drawRibbon(context, layout.ribbon, sound.segments, view, hues.roles, theme);
    writeRibbon(context, layout.ribbon, sound.segments, view, theme);
    for (const box of layout.gates) {
      this.#lanes.drawLabel(context, box, track.gateGrid.gate, this.#steps, hues.roles.colour(box.title, theme), theme);
    }
    for (const box of layout.branches) {
      this.#lanes.drawBranch(context, box, track.branches.get(box.title), this.#chunks, hues.branch(box.title), theme);
    }
    for (const box of layout.tags) {
      this.#lanes.drawLabel(context, box, track.tags.get(box.title), this.#chunks, theme.waveCore, theme);
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

/** The time, in round numbers. */
function drawAxis(context, box, view, theme) {
  const step = AXIS_SECONDS.find((seconds) => (seconds / view.span) * view.width >= APART) ?? AXIS_SECONDS.at(-1);
  const inWords = step < 1 ? preciseClock : clock;
  context.font = `12px ${theme.family}`;
  context.textBaseline = "top";
  context.fillStyle = theme.rule;
  context.fillRect(0, box.top, view.width, 1);
  for (let index = Math.ceil(view.from / step); index * step <= view.to; index += 1) {
    const x = Math.min(Math.round(view.x(index * step)), view.width - 1);
    const words = inWords(index * step);
    const width = context.measureText(words).width;
    context.fillStyle = theme.rule;
    context.fillRect(x, box.top, 1, TICK);
    context.fillStyle = theme.quiet;
    context.fillText(words, Math.min(Math.max(x - width / 2, 0), view.width - width), box.top + TICK + 3);
  }
}
