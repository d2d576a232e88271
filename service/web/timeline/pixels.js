/**
 * Stacked values over time, written as pixels: in the same time however ragged they are. A path with an edge for each pixel
 * takes ten times as long to fill.
 */
export class Pixels {
  #images = new Map(); // by height; lanes of the same height share one

  /** `layers`: `{colour, valueOf(first, last, filled)}` from the bottom up; values and what they add up to are 0..1. */
  draw(context, box, steps, layers, background) {
    if (steps.count === 0) return;
    const density = devicePixelRatio;
    const from = Math.max(Math.round(steps.x[0] * density), 0);
    const to = Math.min(Math.round(steps.x[steps.count] * density), context.canvas.width);
    if (to <= from) return;
    const image = this.#imageOf(context, context.canvas.width, Math.round(box.height * density));
    const pixels = new Uint32Array(image.data.buffer);
    const colours = [...layers.map(({ colour }) => packed(colour)), packed(background)];
    const tops = new Float64Array(colours.length).fill(1);
    for (let step = 0; step < steps.count; step += 1) {
      let filled = 0;
      for (let layer = 0; layer < layers.length; layer += 1) {
        filled += Math.max(layers[layer].valueOf(steps.first[step], steps.last[step], filled), 0);
        tops[layer] = filled;
      }
      const left = Math.max(Math.round(steps.x[step] * density), 0);
      const right = Math.min(Math.round(steps.x[step + 1] * density), image.width);
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
