/**
 * Undo and redo as an immutable list of bodies with the name of what was done.
 *
 * @import { Body } from "./types.js"
 * @typedef {{ body: Body, done: string }} Step `done` names the act that led to this body
 * @typedef {{
 *   past: readonly Step[],
 *   present: Step,
 *   future: readonly Step[],
 *   merge: string | null,
 *   at: number,
 * }} History
 */

/** Acts with the same merge key that follow each other this closely are one step (milliseconds). */
const MERGE_WITHIN = 1000;
const LONGEST = 500;

/**
 * @param {Body} body
 * @returns {History}
 */
export const startHistory = (body) => ({
  past: [],
  present: { body, done: "" },
  future: [],
  merge: null,
  at: 0,
});

/**
 * @param {History} history
 * @param {Body} body
 * @param {string} done
 * @param {{ merge?: string | null, now?: number }} [options] nudges of one box, or letters of one note, share a merge
 *   key
 * @returns {History}
 */
export function commit(history, body, done, { merge = null, now = 0 } = {}) {
  if (body === history.present.body) return history;
  const joins = merge !== null && merge === history.merge && now - history.at < MERGE_WITHIN;
  const past = joins ? history.past : [...history.past, history.present].slice(-LONGEST);
  return { past, present: { body, done }, future: [], merge, at: now };
}

/**
 * @param {History} history
 * @returns {History} the same one when there is nothing to undo
 */
export function undo(history) {
  const last = history.past.at(-1);
  if (!last) return history;
  return {
    past: history.past.slice(0, -1),
    present: last,
    future: [history.present, ...history.future],
    merge: null,
    at: 0,
  };
}

/**
 * @param {History} history
 * @returns {History} the same one when there is nothing to redo
 */
export function redo(history) {
  const [next, ...future] = history.future;
  if (!next) return history;
  return { past: [...history.past, history.present], present: next, future, merge: null, at: 0 };
}
