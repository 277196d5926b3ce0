/**
 * The time left of a lease, by the server's clock.
 *
 * @import { Assignment } from "./types.js"
 */

/** Warn this long before the end (seconds), or a fifth of a short lease before it. */
const WARN_BEFORE = 60;

export class Lease {
  /** @type {"running" | "warned" | "ended"} */
  #stage = "running";
  #until = 0;
  #warnBefore = WARN_BEFORE;
  /** Milliseconds that the server's clock is ahead of ours. */
  #ahead = 0;

  /**
   * @param {{
   *   onTick: (secondsLeft: number, soon: boolean) => void,
   *   onWarn: () => void,
   *   onEnd: () => void,
   * }} listeners
   */
  constructor({ onTick, onWarn, onEnd }) {
    this.onTick = onTick;
    this.onWarn = onWarn;
    this.onEnd = onEnd;
    setInterval(() => this.tick(), 1000);
  }

  /**
   * @param {Pick<Assignment, "lease_until" | "lease_seconds" | "server_time">} lease
   * @param {number} received when the answer came, by our clock
   */
  start({ lease_until, lease_seconds, server_time }, received) {
    this.#ahead = Date.parse(server_time) - received;
    this.#warnBefore = Math.min(WARN_BEFORE, lease_seconds / 5);
    this.extend(lease_until);
  }

  /** @param {string} until */
  extend(until) {
    this.#until = Date.parse(until);
    this.#stage = "running";
    this.tick();
  }

  stop() {
    this.#until = 0;
  }

  tick() {
    if (!this.#until) return;
    const left = Math.max(0, (this.#until - this.#ahead - Date.now()) / 1000);
    const soon = left <= this.#warnBefore;
    this.onTick(left, soon);
    if (left === 0 && this.#stage !== "ended") {
      this.#stage = "ended";
      this.onEnd();
    } else if (soon && this.#stage === "running") {
      this.#stage = "warned";
      this.onWarn();
    }
  }
}

/**
 * @param {Pick<Assignment, "lease_until" | "server_time">} lease
 * @param {number} received when the answer came, by our clock
 * @returns {number} seconds left
 */
export const leaseLeft = ({ lease_until, server_time }, received) =>
  (Date.parse(lease_until) - Date.parse(server_time) - (Date.now() - received)) / 1000;
