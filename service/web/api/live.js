import { Problem, unreachable } from "./problem.js";

/** A live stream: sound goes up as it is made, lines of the answer come down. */
export class Live {
  #socket;
  #over = false;
  #waiting = [];

  /** Calls `onLine` with each message but errors. `ended` resolves after the report and rejects with Problem. */
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
    this.ended.catch(() => {}); // whoever waits for it is told; until somebody does, it is no unhandled error
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
