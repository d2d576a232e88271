import { element, part } from "../element.js";

/** Buttons that save the answer of the open sound in each format, and a sound that was made here. */
export class Downloads {
  #sound = null;
  #formats = [];

  /** `write` takes a sound and a format's name, and resolves to its text as a Blob; it deals with problems itself. */
  constructor(write) {
    this.write = write;
    part("save").addEventListener("click", () => save(this.#sound.blob, this.#sound.name));
  }

  /** As the service lists them: name, extension, summary. */
  setFormats(formats) {
    this.#formats = formats;
    if (this.#sound !== null) this.show(this.#sound);
  }

  show(sound) {
    this.#sound = sound;
    part("downloads").replaceChildren(...this.#formats.map((form) => this.#button(form)));
    part("save").hidden = !sound.isOurs || sound.blob === null;
  }

  #button(form) {
    const { name, summary, extension } = form;
    const suffix = extension.toLowerCase() === name ? "" : element("small", {}, `.${extension}`);
    const button = element("button", { type: "button", title: summary, value: name }, name, suffix);
    button.addEventListener("click", () => this.#save(form));
    return element("li", {}, button);
  }

  async #save(form) {
    const sound = this.#sound;
    const written = await this.write(sound, form.name);
    if (written !== null) save(written, `${stem(sound.name)}.${form.extension}`);
  }
}

function stem(name) {
  return name.replace(/(.)\.[^.]*$/, "$1");
}

function save(blob, name) {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser may still be reading it
}
