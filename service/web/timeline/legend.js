import { element } from "../element.js";
import { labelName } from "../words/label.js";

/** Which colour means what, in words. */
export class Legend {
  element = element("div", { className: "timeline-legend" });
  #written = "";

  update({ track }, hues) {
    const lists = [["segments", hues.roles.names.map((name) => [name, hues.roles.className(name)])]];
    for (const [name, lane] of track.branches) {
      const coloured = lane.ranked().filter((label) => hues.branch(name).has(label));
      const items = coloured.map((label) => [label, hues.className(name, label)]);
      lists.push([name, lane.labels.length > items.length ? [...items, ["others", "timeline-other"]] : items]);
    }
    const words = JSON.stringify(lists);
    if (words === this.#written) return;
    this.#written = words;
    this.element.replaceChildren(...lists.filter(([, items]) => items.length > 0).map(list));
  }
}

function list([lane, labels]) {
  const entries = labels.map(([label, className]) => element("li", { className }, labelName(label)));
  const name = labelName(lane);
  const items = element("ul", { ariaLabel: `Colours of ${name}` }, ...entries);
  return element("div", {}, element("strong", {}, name), items);
}
