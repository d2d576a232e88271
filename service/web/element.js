/** A new element. Names that are no property of it become attributes; children are nodes or text. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** The element of the page with this `data-part`. */
export function part(name) {
  return document.querySelector(`[data-part="${name}"]`);
}
