/**
 * The clip after this one: claimed and fetched while the person works, so that it plays at once. And the answers
 * that are on their way to the server, kept in the browser until it has them.
 *
 * @import { Assignment, Body } from "./types.js"
 * @import { Api } from "./api.js"
 * @import { Loaded } from "./player.js"
 * @typedef {{ assignment: Assignment, received: number, loaded: Loaded }} Ready
 * @typedef {{ id: string, url: string, body: Body, revision: number }} Answer
 */

import { ApiError, isTransient } from "./api.js";
import { leaseLeft } from "./lease.js";
import { loadVideo, unloadVideo } from "./player.js";
import { say } from "./text.js";

/** A prefetched clip whose lease ends sooner than this is not worth showing (seconds). */
const FRESH = 30;
const RETRY = [1000, 2000, 4000, 8000, 15_000];

/**
 * @param {Api} api
 * @param {Assignment} assignment
 * @returns {Promise<Loaded>}
 */
export async function fetchClip(api, assignment) {
  const { url } = await api.send("POST", assignment.urls.media_token);
  const response = await fetch(url, { credentials: "same-origin", cache: "no-store" });
  if (!response.ok) throw new ApiError(response.status, "media_refused", say("mediaRefused"), null);
  return loadVideo(new Blob([await response.arrayBuffer()], { type: "video/mp4" }), say("videoLabel"));
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
        if (this.#next === next) this.#next = null; // asked again when it is wanted
      },
    );
  }

  /** @returns {Ready | null} the next clip if it can be shown this moment */
  takeReady() {
    const ready = this.#ready;
    if (!ready) return null;
    this.#forget();
    if (leaseLeft(ready.assignment, ready.received) > FRESH) return ready;
    unloadVideo(ready.loaded);
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

  /** Drops what was fetched ahead: it must not be shown any more. */
  drop() {
    if (this.#ready) unloadVideo(this.#ready.loaded);
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
    const assignment = /** @type {Assignment | null} */ (await this.api.send("POST", this.claimUrl, { current }));
    const received = Date.now();
    if (!assignment) return null;
    return { assignment, received, loaded: await fetchClip(this.api, assignment) };
  }
}

export class Outbox {
  waiting = 0;

  /**
   * @param {Api} api
   * @param {string} prefix of the keys in the browser's storage; one for each person
   * @param {{ onWaiting: (waiting: number, offline: boolean) => void, onRefused: (answer: Answer, error: ApiError) => void }} listeners
   */
  constructor(api, prefix, { onWaiting, onRefused }) {
    this.api = api;
    this.prefix = prefix;
    this.onWaiting = onWaiting;
    this.onRefused = onRefused;
  }

  /** Sends again what an earlier page could not; the server counts an answer once. */
  resume() {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(this.prefix));
    return Promise.all(keys.map((key) => {
      try {
        return this.#deliver(JSON.parse(localStorage.getItem(key) ?? ""));
      } catch {
        localStorage.removeItem(key);
        return false;
      }
    }));
  }

  /**
   * @param {Answer} answer
   * @returns {Promise<boolean>} whether the server took it; waits as long as it takes
   */
  send(answer) {
    try {
      localStorage.setItem(this.prefix + answer.id, JSON.stringify(answer));
    } catch {
      // storage is off: it is sent from memory, and leaving the page asks first
    }
    return this.#deliver(answer);
  }

  /** @param {Answer} answer */
  async #deliver(answer) {
    this.#count(1, false);
    try {
      for (let attempt = 0; ; attempt++) {
        try {
          await this.api.send("POST", answer.url, { body: answer.body, revision: answer.revision });
          return true;
        } catch (error) {
          if (error instanceof ApiError && !isTransient(error)) {
            this.onRefused(answer, error);
            return false;
          }
          this.onWaiting(this.waiting, true);
          await new Promise((resolve) => setTimeout(resolve, RETRY[Math.min(attempt, RETRY.length - 1)]));
        }
      }
    } finally {
      localStorage.removeItem(this.prefix + answer.id);
      this.#count(-1, false);
    }
  }

  /**
   * @param {1 | -1} by
   * @param {boolean} offline
   */
  #count(by, offline) {
    this.waiting += by;
    this.onWaiting(this.waiting, offline);
  }
}
