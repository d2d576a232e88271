import { Problem, problemIn, unreachable } from "./problem.js";

/**
 * Sends a sound and reads the answer while it is written. Calls `onSent` with the share of the upload, 0 to 1, and
 * `onLines` with the lines of the answer as they come. Rejects with Problem, or with AbortError after the `signal`.
 *
 * XMLHttpRequest, since fetch does not tell how much of an upload is through.
 */
export function classify(service, blob, name, query, { onSent, onLines, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const lines = new Lines();
    const stop = () => request.abort();

    const read = () => {
      if (request.status !== 200) return;
      const fresh = lines.take(request.responseText);
      const error = fresh.at(-1)?.error;
      onLines(error ? fresh.slice(0, -1) : fresh);
      if (error) reject(new Problem(error));
    };
    request.upload.onprogress = (event) => event.lengthComputable && onSent(event.loaded / event.total);
    request.upload.onload = () => onSent(1);
    request.onprogress = read;
    request.onload = () => {
      read();
      if (request.status === 200) resolve();
      else reject(problemIn(request.responseText, request.status, request.getResponseHeader("Retry-After")));
    };
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(new DOMException("The request was stopped.", "AbortError"));
    request.onloadend = () => signal.removeEventListener("abort", stop);
    signal.addEventListener("abort", stop);

    request.open("POST", service.address("v1/classify", { ...query, format: "ndjson", detail: "steps" }));
    for (const [header, value] of Object.entries(service.headers)) request.setRequestHeader(header, value);
    const form = new FormData();
    form.append("file", blob, name);
    request.send(form);
  });
}

/** The lines of a text that grows at its end. */
class Lines {
  #seen = 0;

  /** The JSON of each line that is complete in `text` and was not taken before. */
  take(text) {
    const end = text.lastIndexOf("\n") + 1;
    const fresh = text.slice(this.#seen, Math.max(end, this.#seen));
    this.#seen = Math.max(end, this.#seen);
    return fresh.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  }
}
