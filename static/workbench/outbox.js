/**
 * Submissions on their way to the server, kept in the browser until it acknowledges them.
 *
 * @import { Body } from "./types.js"
 * @import { Api } from "../js/api.js"
 * @typedef {{ id: string, url: string, body: Body, revision: number }} Answer
 */

import { ApiError, isTransient } from "../js/api.js";

const RETRY = [1000, 2000, 4000, 8000, 15_000];

export class Outbox {
  waiting = 0;

  /**
   * @param {Pick<Api, "send">} api
   * @param {Storage} store
   * @param {string} prefix of the names in the store; one for each person
   * @param {{
   *   onWaiting: (waiting: number, offline: boolean) => void,
   *   onRefused: (answer: Answer, error: ApiError) => void,
   * }} listeners
   */
  constructor(api, store, prefix, { onWaiting, onRefused }) {
    this.api = api;
    this.store = store;
    this.prefix = prefix;
    this.onWaiting = onWaiting;
    this.onRefused = onRefused;
  }

  /** Sends what an earlier page could not. The server takes a submission once, however often it is sent. */
  resume() {
    const keys = Object.keys(this.store).filter((key) => key.startsWith(this.prefix));
    return Promise.all(
      keys.map((key) => {
        try {
          return this.#deliver(JSON.parse(this.store.getItem(key) ?? ""));
        } catch {
          this.store.removeItem(key);
          return false;
        }
      }),
    );
  }

  /**
   * @param {Answer} answer
   * @returns {Promise<boolean>} whether the server took it; waits as long as it takes
   */
  send(answer) {
    try {
      this.store.setItem(this.prefix + answer.id, JSON.stringify(answer));
    } catch {
      // storage is disabled: it is sent from memory, and closing the page asks first
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
      this.store.removeItem(this.prefix + answer.id);
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
