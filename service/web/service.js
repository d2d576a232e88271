/** The service that this page came from. Its API key, if it needs one, is kept here and nowhere else. */
export class Service {
  #key = null;

  useKey(key) {
    this.#key = key;
  }

  get key() {
    return this.#key;
  }

  get headers() {
    return this.#key === null ? {} : { "X-API-Key": this.#key };
  }

  /** The address of `path`, with all values of `query` that are not null. */
  address(path, query = {}) {
    const url = new URL(path, document.baseURI);
    for (const [name, value] of Object.entries(query)) {
      if (value !== null) url.searchParams.set(name, value);
    }
    return url;
  }

  /** The formats it reads and writes, and its limits. Throws Problem. */
  async formats() {
    return (await this.#fetch(this.address("v1/formats"))).json();
  }

  /** The same answer with another smoothing, top_k, format ... in the `query`, as a Response. Throws Problem. */
  async rewrite(answer, query, signal) {
    const headers = { "Content-Type": "application/json" };
    return this.#fetch(this.address("v1/answer", query), { method: "POST", body: JSON.stringify(answer), headers, signal });
  }

  async #fetch(url, options = {}) {
    let response;
    try {
      response = await fetch(url, { ...options, headers: { ...options.headers, ...this.headers } });
    } catch (error) {
      throw error.name === "AbortError" ? error : unreachable();
    }
    if (!response.ok) throw problemIn(await response.text(), response.status, response.headers.get("Retry-After"));
    return response;
  }
}

/**
 * Sends a sound and reads the answer while it is written. Calls `onSent` with the share of the upload, 0 to 1, and
 * `onLines` with the lines of the answer as they come. Rejects with Problem, or with AbortError after the `signal`.
 *
 * It uses XMLHttpRequest, since fetch does not report the progress of an upload.
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

/** A live stream: sends sound while it is recorded, and receives the lines of the answer. */
export class Live {
  #socket;
  #over = false;
  #waiting = [];

  /** Calls `onLine` with each message except errors. `ended` resolves after the report and rejects with Problem. */
  constructor(service, start, onLine) {
    const url = service.address("v1/stream");
    url.protocol = url.protocol.replace("http", "ws");
    this.#socket = new WebSocket(url);
    this.ended = new Promise((resolve, reject) => {
      this.#socket.onopen = () => {
        const key = service.key === null ? {} : { key: service.key };
        for (const message of [JSON.stringify({ ...start, ...key }), ...this.#waiting]) this.#socket.send(message);
      };
      this.#socket.onmessage = (event) => {
        const line = JSON.parse(event.data);
        if (line.error) reject(new Problem(line.error));
        else onLine(line);
        if (line.error || !line.chunk) this.#over = true;
      };
      this.#socket.onclose = () => (this.#over ? resolve() : reject(unreachable()));
    });
    this.ended.catch(() => {}); // the caller that awaits it gets the error; before that it is not an unhandled one
  }

  /** `samples` is an Int16Array of mono sound. */
  send(samples) {
    this.#post(samples);
  }

  finish() {
    this.#post(JSON.stringify({ end: true }));
  }

  #post(message) {
    if (this.#socket.readyState === WebSocket.CONNECTING) this.#waiting.push(message);
    else if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(message);
  }

  close() {
    this.#socket.close();
  }
}

/** What went wrong, in the words of a problem document (RFC 9457). */
export class Problem extends Error {
  /** `status` is 0 where no answer came; `retryAfterSeconds` is null unless the service says when to ask again. */
  constructor({ title, detail, status = 0, retryAfterSeconds = null }) {
    super(detail);
    this.title = title;
    this.detail = detail;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get needsKey() {
    return this.status === 401;
  }
}

/** The problem in the body of an answer; `retryAfter` is that header or null. */
function problemIn(text, status, retryAfter) {
  const retryAfterSeconds = retryAfter === null ? null : Number(retryAfter);
  try {
    const { title, detail } = JSON.parse(text);
    if (title && detail) return new Problem({ title, detail, status, retryAfterSeconds });
  } catch {
    // A proxy between the page and the service answered.
  }
  return new Problem({
    title: "Unexpected answer from the service",
    detail: `The answer has status ${status} and no explanation. A proxy between this page and the service may have sent it.`,
    status,
    retryAfterSeconds,
  });
}

export function unreachable() {
  return new Problem({
    title: "The service cannot be reached",
    detail: `The connection to ${location.host} failed. Check that the service is running, then try again.`,
  });
}
