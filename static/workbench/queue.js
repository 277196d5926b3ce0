/**
 * The clip after this one: claimed and fetched while the person works, so that it plays at once.
 *
 * @import { Assignment } from "./types.js"
 * @import { Api } from "../js/api.js"
 * @typedef {{ assignment: Assignment, received: number, loaded: ProtectedVideo }} Ready
 */

import { isGone } from "../js/api.js";
import { fetchProtected, ProtectedVideo } from "../player/protected.js";
import { leaseLeft } from "./lease.js";
import { say } from "./text.js";

/** A prefetched clip whose lease ends sooner than this is not worth showing (seconds). */
const FRESH = 30;

/**
 * @param {Api} api
 * @param {Assignment} assignment
 * @returns {Promise<ProtectedVideo>}
 */
export async function fetchClip(api, assignment) {
  const blob = await fetchProtected(api, assignment.urls.media_token, say("mediaRefused"));
  return ProtectedVideo.create(blob, say("videoLabel"));
}

export class Queue {
  /** @type {Promise<Ready | null> | null} */
  #next = null;
  /** @type {Ready | null} the same, once it is there: showing it must not wait for anything */
  #ready = null;

  /**
   * @param {Api} api
   * @param {string} claimUrl
   */
  constructor(api, claimUrl) {
    this.api = api;
    this.claimUrl = claimUrl;
  }

  /**
   * Starts getting the next clip, if that is not under way.
   *
   * @param {string} current the assignment on screen: the answer is another
   */
  prefetch(current) {
    if (this.#next) return;
    const next = this.#claim(current);
    this.#next = next;
    next.then(
      (ready) => {
        if (this.#next === next) this.#ready = ready;
      },
      () => {
        if (this.#next === next) this.#next = null; // claimed again when it is needed
      },
    );
  }

  /** @returns {Ready | null} the next clip if it can be shown this moment */
  takeReady() {
    const ready = this.#ready;
    if (!ready) return null;
    this.#forget();
    if (leaseLeft(ready.assignment, ready.received) > FRESH) return ready;
    ready.loaded.forget();
    return null;
  }

  /** @returns {Promise<Ready | null>} the next clip, waiting for it; null when the queue is empty */
  async take() {
    const under = this.#next;
    if (under) {
      const ready = await under.catch(() => null);
      if (ready) this.#ready = ready;
      const taken = this.takeReady();
      if (taken) return taken;
      this.#forget();
    }
    return this.#claim(null);
  }

  /** @returns {Promise<boolean>} whether what was fetched ahead had to be dropped: it may not be shown any more */
  async check() {
    const ready = this.#ready;
    if (!ready) return false;
    try {
      await this.api.send("POST", ready.assignment.urls.watched, { ranges: [] });
    } catch (error) {
      if (!isGone(error) || ready !== this.#ready) return false;
      this.drop();
      return true;
    }
    return false;
  }

  /** Drops the prefetched clip, which must not be shown any more. */
  drop() {
    this.#ready?.loaded.forget();
    this.#forget();
  }

  #forget() {
    this.#next = null;
    this.#ready = null;
  }

  /**
   * @param {string | null} current the assignment on screen, if there is one
   * @returns {Promise<Ready | null>}
   */
  async #claim(current) {
    const assignment = /** @type {Assignment | null} */ (
      await this.api.send("POST", this.claimUrl, { current })
    );
    const received = Date.now();
    if (!assignment) return null;
    return { assignment, received, loaded: await fetchClip(this.api, assignment) };
  }
}
