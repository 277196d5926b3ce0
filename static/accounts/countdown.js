/** When a session ends, and whether somebody has to be told. No page, no clock: both are handed in. */

export class Countdown {
  /**
   * @param {number} now milliseconds
   * @param {number} seconds for which the session lasts if nobody comes
   * @param {number} warning seconds before its end at which somebody is told
   */
  constructor(now, seconds, warning) {
    this.warning = warning * 1000;
    this.acted = false;
    this.ends = now;
    this.begin(now, seconds);
  }

  /**
   * The server has said how long the session lasts from now on.
   *
   * @param {number} now
   * @param {number} seconds
   */
  begin(now, seconds) {
    this.ends = now + seconds * 1000;
    this.acted = false;
  }

  /** The person has done something on the page. */
  act() {
    this.acted = true;
  }

  /**
   * "ask" where the person was there since the server was asked last, so that asking again is only true.
   *
   * @param {number} now
   * @returns {"wait" | "ask" | "tell" | "over"}
   */
  due(now) {
    if (now >= this.ends) return "over";
    if (now < this.ends - this.warning) return "wait";
    return this.acted ? "ask" : "tell";
  }
}
