/** The site's JSON API. Throws ApiError for an error response, and what fetch throws when there is none. */

export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} code stable name, for the program
   * @param {string} message a sentence, for the person
   * @param {unknown} data the whole answer
   */
  constructor(status, code, message, data) {
    super(message);
    this.status = status;
    this.code = code;
    this.data = data;
  }
}

/**
 * Whether a retry may succeed: the server is busy or restarting, or the person has to sign in again.
 *
 * @param {unknown} error
 */
export const isTransient = (error) =>
  !(error instanceof ApiError) || error.status >= 500 || [401, 403, 408, 425, 429].includes(error.status);

/** @param {unknown} error whether the session has ended */
export const isSignedOut = (error) => error instanceof ApiError && error.status === 401;

/**
 * Whether the person may no longer see the clip.
 *
 * @param {unknown} error
 * @returns {error is ApiError}
 */
export const isGone = (error) =>
  error instanceof ApiError &&
  (["lease_lost", "already_submitted", "clip_held", "not_watching"].includes(error.code) ||
    [404, 410].includes(error.status));

export class Api {
  /** @param {string} [csrfToken] the page's; who signs in again in another tab gets a new one, in a cookie */
  constructor(csrfToken = "") {
    this.pageToken = csrfToken;
  }

  get csrfToken() {
    return /(?:^|; )(?:__Host-review_csrf|csrftoken)=([^;]+)/.exec(document.cookie)?.[1] ?? this.pageToken;
  }

  /**
   * @param {"POST" | "PUT"} method
   * @param {string} url
   * @param {unknown} [body]
   * @param {{ keepalive?: boolean }} [options] keepalive lets it finish after the page has gone
   * @returns {Promise<any>} the parsed answer; null for 204
   * @throws {ApiError} also for an answer that says that what was asked about no longer stands, as a conflict would
   */
  async send(method, url, body = {}, { keepalive = false } = {}) {
    const response = await fetch(url, {
      method,
      keepalive,
      credentials: "same-origin",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "X-CSRFToken": this.csrfToken,
      },
      body: JSON.stringify(body),
    });
    if (response.status === 204) return null;
    const type = response.headers.get("Content-Type") ?? "";
    const data = type.includes("json") ? await response.json() : null;
    if (response.ok && data?.stands === false && data.code)
      throw new ApiError(409, data.code, data.message, data);
    if (response.ok && data !== null && !response.redirected) return data;
    // Anything but JSON, such as the sign-in page, means that the session has ended.
    if (response.ok) throw new ApiError(401, "signed_out", "", null);
    throw new ApiError(
      response.status,
      data?.code ?? "unexpected",
      data?.message ?? response.statusText,
      data,
    );
  }
}
