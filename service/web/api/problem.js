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
export function problemIn(text, status, retryAfter) {
  const retryAfterSeconds = retryAfter === null ? null : Number(retryAfter);
  try {
    const { title, detail } = JSON.parse(text);
    if (title && detail) return new Problem({ title, detail, status, retryAfterSeconds });
  } catch {
    // Something between the page and the service answered in words of its own.
  }
  return new Problem({
    title: "The service did not answer as it should",
    detail: `The answer has the status ${status} and no explanation. Something between this page and the service may have sent it.`,
    status,
    retryAfterSeconds,
  });
}

export function unreachable() {
  return new Problem({
    title: "The service cannot be reached",
    detail: `The connection to ${location.host} broke off, or none could be made. Check that the service runs, then try again.`,
  });
}
