import { labelName } from "../words/label.js";
import { Pixels } from "./pixels.js";

const TITLE_ABOVE = 5;

/** What the models said over time: a lane for each label of the gate, and one for each branch. */
export class Lanes {
  #pixels = new Pixels();

  drawGate(context, box, lane, steps, colour, theme) {
    const layer = { colour, valueOf: (first, last) => lane.mean(box.title, first, last) };
    this.#draw(context, box, steps, [layer], theme);
  }

  /** Labels with a colour from the bottom up, the most frequent first; above, in grey, all others. */
  drawBranch(context, box, lane, steps, colours, theme) {
    const labels = lane.ranked().filter((label) => colours.has(label));
    const layers = labels.map((label) => ({
      colour: theme.labels[colours.slot(label)],
      valueOf: (first, last) => lane.mean(label, first, last),
    }));
    const others = { colour: theme.other, valueOf: (first, last, filled) => lane.heard(first, last) - filled };
    this.#draw(context, box, steps, [...layers, others], theme);
  }

  #draw(context, box, steps, layers, theme) {
    context.fillStyle = theme.quiet;
    context.font = `12px ${theme.family}`;
    context.textBaseline = "alphabetic";
    context.fillText(labelName(box.title), 0, box.top - TITLE_ABOVE);
    this.#pixels.draw(context, box, steps, layers, theme.band);
  }
}
