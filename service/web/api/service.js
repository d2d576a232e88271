import { problemIn, unreachable } from "./problem.js";

/** The service that this page came from. Its key, if it asks for one, is kept here and nowhere else. */
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

  /** The address of `path`, with those of the `query` that are not null. */
  address(path, query = {}) {
    const url = new URL(path, document.baseURI);
    for (const [name, value] of Object.entries(query)) {
      if (value !== null) url.searchParams.set(name, value);
    }
    return url;
  }

  /** What is read and written, and every limit. Throws Problem. */
  async formats() {
    return (await this.#fetch(this.address("v1/formats"))).json();
  }

  /** An answer anew, as a Response: `query` may have another smoothing, top_k, format ... Throws Problem. */
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
