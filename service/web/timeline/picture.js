import { labelName } from "../words/labels.js";
import { clock, preciseClock } from "../words/numbers.js";
import { drawRibbon, drawWaveform, writeRibbon } from "./strips.js";
import { Columns } from "./view.js";

const WAVEFORM = 88;
const RIBBON = 30;
const TITLE = 22; // above a lane
const TITLE_ABOVE = 5;
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
  // A branch has a lane once it has run.
  const branches = [...track.branches]
    .filter(([, lane]) => lane.analysedCells > 0)
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

  draw(layout, view, data, hues, theme) {
    const context = this.#context;
    cover(this.canvas, context, view.width, layout.height);
    const { track } = data;
    this.#chunks.update(track, view);
    this.#steps.update(track.gateGrid, view);
    drawWaveform(context, layout.waveform, data.peaks, view, theme);
    drawRibbon(context, layout.ribbon, data.segments, view, hues.roles, theme);
    writeRibbon(context, layout.ribbon, data.segments, view, theme);
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

/** What the models said over time: a lane for each label of the gate, one for each branch, one for each pressed tag. */
class Lanes {
  #pixels = new Pixels();

  /** One label of `lane`, the one that the box is named after. */
  drawLabel(context, box, lane, columns, colour, theme) {
    const layer = { colour, valueOf: (first, last) => lane.mean(box.title, first, last) };
    this.#draw(context, box, columns, [layer], theme);
  }

  /** Labels with a colour from the bottom up, the most frequent first; above, in grey, all others. */
  drawBranch(context, box, lane, columns, colours, theme) {
    const labels = lane.ranked().filter((label) => colours.has(label));
    const layers = labels.map((label) => ({
      colour: theme.labels[colours.slot(label)],
      valueOf: (first, last) => lane.mean(label, first, last),
    }));
    const others = { colour: theme.other, valueOf: (first, last, filled) => lane.analysedShare(first, last) - filled };
    this.#draw(context, box, columns, [...layers, others], theme);
  }

  #draw(context, box, columns, layers, theme) {
    context.fillStyle = theme.quiet;
    context.font = `12px ${theme.family}`;
    context.textBaseline = "alphabetic";
    context.fillText(labelName(box.title), 0, box.top - TITLE_ABOVE);
    this.#pixels.draw(context, box, columns, layers, theme.band);
  }
}

/**
 * Stacked values over time, written as pixels: in the same time however ragged they are. A path with an edge for each pixel
 * takes ten times as long to fill.
 */
class Pixels {
  #images = new Map(); // by height; lanes of the same height share one

  /** `layers`: `{colour, valueOf(first, last, filled)}` from the bottom up; values and what they add up to are 0..1. */
  draw(context, box, columns, layers, background) {
    if (columns.count === 0) return;
    const density = devicePixelRatio;
    const from = Math.max(Math.round(columns.x[0] * density), 0);
    const to = Math.min(Math.round(columns.x[columns.count] * density), context.canvas.width);
    if (to <= from) return;
    const image = this.#imageOf(context, context.canvas.width, Math.round(box.height * density));
    const pixels = new Uint32Array(image.data.buffer);
    const colours = [...layers.map(({ colour }) => packed(colour)), packed(background)];
    const tops = new Float64Array(colours.length).fill(1);
    for (let column = 0; column < columns.count; column += 1) {
      let filled = 0;
      for (let layer = 0; layer < layers.length; layer += 1) {
        filled += Math.max(layers[layer].valueOf(columns.first[column], columns.last[column], filled), 0);
        tops[layer] = filled;
      }
      const left = Math.max(Math.round(columns.x[column] * density), 0);
      const right = Math.min(Math.round(columns.x[column + 1] * density), image.width);
      for (let x = left; x < right; x += 1) fillColumn(pixels, x, image, tops, colours);
    }
    context.putImageData(image, 0, Math.round(box.top * density), from, 0, to - from, image.height);
  }

  #imageOf(context, width, height) {
    let image = this.#images.get(height);
    if (image?.width !== width) {
      image = context.createImageData(width, height);
      this.#images.set(height, image);
    }
    return image;
  }
}

function fillColumn(pixels, x, { width, height }, tops, colours) {
  let index = (height - 1) * width + x;
  let filled = 0;
  for (let layer = 0; layer < colours.length; layer += 1) {
    const top = Math.min(Math.round(tops[layer] * height), height);
    for (; filled < top; filled += 1, index -= width) pixels[index] = colours[layer];
  }
}

/** "rgb(1, 2, 3)" as the bytes of a pixel. */
function packed(colour) {
  const [red, green, blue] = colour.match(/\d+/g).map(Number);
  return new Uint32Array(Uint8Array.of(red, green, blue, 255).buffer)[0];
}
