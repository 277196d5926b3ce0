/**
 * Saves the draft on the server while the person works. Every change is written to the browser's storage first and
 * stays there until the server acknowledges it, so that nothing is lost without a network.
 *
 * @import { Body } from "./types.js"
 * @typedef {"saved" | "unsaved" | "saving" | "offline" | "refused" | "conflict" | "stopped"} SaveState
 *   "refused": the server refused the labels as invalid; the next change is sent again
 * @typedef {{ revision: number, body: Body }} Draft
 * @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Store
 */

import { ApiError, isGone, isTransient } from "../js/api.js";
import { sameBody } from "./model.js";

const WAIT = 400;
const RETRY = [1000, 2000, 4000, 8000, 15_000];

const KEPT = 7 * 24 * 3600 * 1000;

/**
 * Where a person's unsaved labels of one clip are kept in the browser.
 *
 * @param {string} storage begins the names of all that this person keeps here
 * @param {string} id of the assignment
 */
export const draftKey = (storage, id) => `${storage}:draft:${id}`;

/**
 * Drops backups of clips that the person lost and did not come back to within a week.
 *
 * @param {Storage} store
 * @param {string} storage
 * @param {number} now milliseconds
 */
export function dropOldDrafts(store, storage, now) {
  for (const key of Object.keys(store).filter((name) => name.startsWith(draftKey(storage, "")))) {
    try {
      if (now - JSON.parse(store.getItem(key) ?? "").at < KEPT) continue;
    } catch {
      // unreadable, so dropped too
    }
    store.removeItem(key);
  }
}

export class Autosave {
  /** @type {SaveState} */
  state = "saved";
  /** @type {unknown} what kept the last save from the server */
  obstacle = null;
  /** @type {Draft | null} what another tab wrote, while the person has not chosen */
  theirs = null;
  /** @type {Body | null} */
  #wanted = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Promise<void> | null} */
  #running = null;
  #failures = 0;

  /**
   * @param {{
   *   revision: number,
   *   key: string,
   *   store: Store,
   *   put: (draft: Draft) => Promise<{ revision: number }>,
   *   onState: (state: SaveState) => void,
   *   onStopped: (error: ApiError) => void,
   *   onRefused: (error: ApiError) => void,
   * }} options `put` throws ApiError for an answer and anything else for none
   */
  constructor({ revision, key, store, put, onState, onStopped, onRefused }) {
    this.revision = revision;
    this.key = key;
    this.store = store;
    this.put = put;
    this.onState = onState;
    this.onStopped = onStopped;
    this.onRefused = onRefused;
  }

  /** @param {Body} body */
  change(body) {
    if (this.state === "stopped") return;
    this.#wanted = body;
    this.#backUp(body);
    if (this.state === "conflict") return;
    if (this.state !== "offline" && this.state !== "saving") this.#become("unsaved");
    if (this.state !== "offline") this.#schedule(WAIT);
  }

  /** Saves pending changes now. Resolves when no save is in flight, whether it succeeded or not. */
  async flush() {
    clearTimeout(this.#timer);
    await this.idle();
    if (this.#wanted && this.state !== "conflict" && this.state !== "stopped") await this.#save();
  }

  /** Resolves when no save is in flight. */
  async idle() {
    while (this.#running) await this.#running;
  }

  /** Drops the backup: the server has the labels by another route, or the person discarded them. */
  forget() {
    this.#dropBackup();
  }

  /** Tries again at once, because the network is back. */
  retry() {
    if (this.state === "offline") void this.flush();
  }

  /**
   * Resolves a conflict: "theirs" returns the body to show, "mine" overwrites the server's draft.
   *
   * @param {"theirs" | "mine"} choice
   * @param {Body} mine
   * @returns {Body}
   */
  resolve(choice, mine) {
    const theirs = this.theirs;
    if (!theirs) return mine;
    this.theirs = null;
    this.revision = theirs.revision;
    if (choice === "theirs") {
      this.#wanted = null;
      this.#dropBackup();
      this.#become("saved");
      return theirs.body;
    }
    this.#become("unsaved");
    this.change(mine);
    return mine;
  }

  /** Stops for good, because the clip was submitted or taken away. The backup in the browser's storage stays. */
  stop() {
    clearTimeout(this.#timer);
    this.#wanted = null;
    this.#become("stopped");
  }

  /**
   * Labels that this browser still holds and the server may not have.
   *
   * @returns {Draft | null} with the revision that they were based on
   */
  backup() {
    try {
      const value = JSON.parse(this.store.getItem(this.key) ?? "null");
      return value && typeof value.revision === "number" && value.body
        ? { revision: value.revision, body: value.body }
        : null;
    } catch {
      return null;
    }
  }

  async #save() {
    const body = this.#wanted;
    if (!body || this.#running) return;
    this.#become("saving");
    this.#running = this.#send(body).finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  /** @param {Body} body */
  async #send(body) {
    try {
      const { revision } = await this.put({ revision: this.revision, body });
      this.revision = revision;
      this.#failures = 0;
      if (/** @type {SaveState} */ (this.state) === "stopped") return;
      if (this.#wanted === body) {
        this.#wanted = null;
        this.#dropBackup();
        this.#become("saved");
      } else {
        this.#become("unsaved");
        this.#schedule(WAIT);
      }
    } catch (error) {
      if (/** @type {SaveState} */ (this.state) === "stopped") return;
      this.#failed(error, body);
    }
  }

  /**
   * @param {unknown} error
   * @param {Body} body
   */
  #failed(error, body) {
    if (error instanceof ApiError && error.code === "draft_conflict") {
      const theirs = /** @type {Draft} */ (error.data);
      if (sameBody(theirs.body, body)) {
        // Our own write, which was never acknowledged.
        this.revision = theirs.revision;
        if (this.#wanted === body) {
          this.#wanted = null;
          this.#dropBackup();
          this.#become("saved");
        } else {
          this.#become("unsaved");
          this.#schedule(0);
        }
        return;
      }
      this.theirs = theirs;
      this.#become("conflict");
    } else if (isGone(error)) {
      this.#become("stopped");
      this.onStopped(error);
    } else if (error instanceof ApiError && !isTransient(error)) {
      if (this.#wanted === body) this.#become("refused");
      else this.#schedule(WAIT);
      this.onRefused(error);
    } else {
      this.obstacle = error;
      this.#become("offline");
      this.#schedule(RETRY[Math.min(this.#failures++, RETRY.length - 1)]);
    }
  }

  /** @param {number} wait milliseconds */
  #schedule(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), wait);
  }

  /** @param {SaveState} state */
  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.onState(state);
  }

  /** @param {Body} body */
  #backUp(body) {
    try {
      this.store.setItem(this.key, JSON.stringify({ revision: this.revision, body, at: Date.now() }));
    } catch {
      // storage is full or disabled: the server's copy is the only one
    }
  }

  #dropBackup() {
    try {
      this.store.removeItem(this.key);
    } catch {
      // storage is disabled: there is no backup
    }
  }
}
