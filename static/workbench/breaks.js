/**
 * How long a person has been labeling without a break. Kept in their browser only; the server never learns of it.
 *
 * @typedef {{ since: number, last: number }} Stretch milliseconds: when it began, when labels were last handed in
 */

/** A gap as long as this is a pause. */
const PAUSE = 10 * 60_000;
/** After this long a break is suggested, and again as long after each suggestion. */
export const SUGGEST_AFTER = 50 * 60_000;

/**
 * @param {Stretch | null} stretch
 * @param {number} now
 * @returns {Stretch} the stretch that work at this moment belongs to
 */
export const worked = (stretch, now) => ({
  since: stretch && now - stretch.last < PAUSE ? stretch.since : now,
  last: now,
});

/**
 * @param {Stretch | null} stretch
 * @param {number} now
 * @returns {number} minutes of work without a pause, 0 after one
 */
export const minutesWorked = (stretch, now) =>
  stretch && now - stretch.last < PAUSE ? Math.floor((stretch.last - stretch.since) / 60_000) : 0;

/**
 * @param {string} key
 * @returns {Stretch | null}
 */
export function readStretch(key) {
  try {
    const value = JSON.parse(localStorage.getItem(key) ?? "null");
    return typeof value?.since === "number" && typeof value.last === "number" ? value : null;
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {Stretch} stretch
 */
export function keepStretch(key, stretch) {
  try {
    localStorage.setItem(key, JSON.stringify(stretch));
  } catch {
    // storage is off: nothing is suggested
  }
}
