import { element } from "../element.js";
import { percent } from "../words/certainty.js";

/** A list of names, each with its share (0 to 1) as a bar and in numbers. `rows` are [name, share, words?, colour?]. */
export function bars(rows) {
  return element("ul", { className: "bars" }, ...rows.map(row));
}

function row([name, share, words = percent(share), colour = null]) {
  const bar = element("span", { className: "bar", "aria-hidden": "true" }, element("span"));
  bar.firstElementChild.style.inlineSize = `${100 * share}%`;
  if (colour !== null) bar.firstElementChild.style.background = colour;
  return element("li", {}, element("span", { className: "name" }, name), bar, element("span", { className: "number" }, words));
}
