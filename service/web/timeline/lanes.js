import { labelName } from "../words/label.js";

const TITLE_ABOVE = 5;

/** What the models said over time: a lane for each label of the gate, one for each branch, one for each tag that is wanted. */
export class Lanes {
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
    const others = { colour: theme.other, valueOf: (first, last, filled) => lane.heard(first, last) - filled };
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
