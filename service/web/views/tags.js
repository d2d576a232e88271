import { element, part } from "../element.js";
import { percent } from "../words/numbers.js";

/**
 * The tags of the open sound, a chip for each. Pressed, it has a lane in the timeline: `onChange` is called when that
 * changes.
 */
export class TagChips {
  #onChange;
  #drawn = ""; // what the chips say, and of which sound: they are not made again, and keep the focus, while it stays
  #sound = null;

  constructor(onChange) {
    this.#onChange = onChange;
  }

  /** Returns the labels of those that have a lane: while the sound is heard, of all that were wanted before. */
  show(sound) {
    const { report, settings, wantedTags } = sound;
    const tags = (report?.tags ?? []).slice(0, settings.top_k ?? undefined);
    const drawn = JSON.stringify(tags);
    if (sound !== this.#sound || drawn !== this.#drawn) part("tags").replaceChildren(...tags.map((tag) => this.#chip(tag, wantedTags)));
    part("tags-panel").hidden = tags.length === 0;
    [this.#sound, this.#drawn] = [sound, drawn];
    return report === null ? [...wantedTags] : tags.map(({ label }) => label).filter((label) => wantedTags.has(label));
  }

  #chip({ label, probability }, wantedTags) {
    const chip = element(
      "button",
      { type: "button", className: "chip", "aria-pressed": String(wantedTags.has(label)), "aria-describedby": "tags-help" },
      `${label} `,
      element("span", { className: "number" }, percent(probability)),
    );
    chip.addEventListener("click", () => {
      if (!wantedTags.delete(label)) wantedTags.add(label);
      chip.setAttribute("aria-pressed", String(wantedTags.has(label)));
      this.#onChange();
    });
    return element("li", {}, chip);
  }
}
