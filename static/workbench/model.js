/**
 * The labels of one clip, and every way to change them. No DOM, no clock, no network: each function takes a body
 * and returns a new one (or the same one when nothing changes), so that undo is a list of bodies.
 *
 * @import { Body, Box, Clip, ClipEvent, Keyframe, Track } from "./types.js"
 */

import { boxAt } from "./interpolation.js";

export { boxAt };

/** The smallest box that can be made, in pixels on each side. */
export const SMALLEST_BOX = 4;

/** @returns {Body} */
export const emptyBody = () => ({ verdict: null, events: [], tracks: [], note: "" });

/**
 * Whether two bodies are equal in every field and attribute.
 *
 * @param {Body} a
 * @param {Body} b
 */
export const sameBody = (a, b) => same(a, b);

/**
 * Deep equality of two JSON values: the order of members does not matter, and undefined counts as absent.
 *
 * @param {unknown} a
 * @param {unknown} b
 * @returns {boolean}
 */
function same(a, b) {
  if (a === b) return true;
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => same(a[name], b[name]));
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>} true of a list as well
 */
const isObject = (value) => typeof value === "object" && value !== null;

/**
 * The next free id: a letter and a number that counts up, so that a tag on the picture can be short.
 *
 * @param {readonly { id: string }[]} items
 * @param {"t" | "e"} letter
 */
export function freshId(items, letter) {
  const numbers = items.map(({ id }) => (id.startsWith(letter) ? Number(id.slice(1)) : 0));
  return `${letter}${Math.max(0, ...numbers.filter(Number.isInteger)) + 1}`;
}

/**
 * Rounded to tenths of a pixel, at least the smallest size, and inside the picture.
 *
 * @param {readonly number[]} box
 * @param {Pick<Clip, "width" | "height">} clip
 * @returns {Box}
 */
export function fitBox([x, y, width, height], clip) {
  const tenth = (/** @type {number} */ value) => Math.round(value * 10) / 10;
  const w = Math.min(Math.max(tenth(width), SMALLEST_BOX), clip.width);
  const h = Math.min(Math.max(tenth(height), SMALLEST_BOX), clip.height);
  const left = tenth(Math.min(Math.max(x, 0), clip.width - w));
  const top = tenth(Math.min(Math.max(y, 0), clip.height - h));
  return [left, top, w, h];
}

/**
 * @param {Body} body
 * @param {string | null} verdict
 * @returns {Body}
 */
export const setVerdict = (body, verdict) => (body.verdict === verdict ? body : { ...body, verdict });

/**
 * @param {Body} body
 * @param {string} note
 * @returns {Body}
 */
export const setNote = (body, note) => (body.note === note ? body : { ...body, note });

/**
 * @param {Body} body
 * @param {"events" | "tracks"} list
 * @param {string} id
 * @param {string} name of an attribute
 * @param {unknown} value
 * @returns {Body}
 */
export function setAttribute(body, list, id, name, value) {
  const old = body[list].find((item) => item.id === id);
  if (!old || same(old[name], value)) return body;
  return { ...body, [list]: body[list].map((item) => (item === old ? { ...item, [name]: value } : item)) };
}

// ---- events

/**
 * @param {Body} body
 * @param {ClipEvent} event
 * @returns {Body}
 */
export const addEvent = (body, event) => ({ ...body, events: [...body.events, event].sort(byStart) });

/**
 * @param {ClipEvent} a
 * @param {ClipEvent} b
 */
const byStart = (a, b) => a.start - b.start || a.end - b.end || a.id.localeCompare(b.id);

/**
 * Changes an event. An edge that is moved past the other one pushes it along; both stay inside the clip.
 *
 * @param {Body} body
 * @param {string} id
 * @param {Partial<ClipEvent>} change
 * @param {number} frames how many the clip has
 * @returns {Body}
 */
export function changeEvent(body, id, change, frames) {
  const old = body.events.find((event) => event.id === id);
  if (!old) return body;
  const clamp = (/** @type {number} */ frame) => Math.min(Math.max(Math.round(frame), 0), frames - 1);
  const next = { ...old, ...change };
  next.start = clamp(next.start);
  next.end = clamp(next.end);
  if (next.start > next.end) {
    if (change.end === undefined) next.end = next.start;
    else next.start = next.end;
  }
  if (same(next, old)) return body;
  return { ...body, events: body.events.map((event) => (event.id === id ? next : event)).sort(byStart) };
}

/**
 * @param {Body} body
 * @param {string} id
 * @returns {Body}
 */
export const removeEvent = (body, id) => without(body, "events", id);

// ---- tracks

/**
 * @param {Body} body
 * @param {string} id
 */
export const findTrack = (body, id) => body.tracks.find((track) => track.id === id);

/**
 * @param {Body} body
 * @param {{ id: string, label: string, frame: number, box: Box }} track
 * @returns {Body}
 */
export function addTrack(body, { id, label, frame, box }) {
  return {
    ...body,
    tracks: [...body.tracks, { id, label, keyframes: [{ frame, box, outside: false, occluded: false }] }],
  };
}

/**
 * @param {Body} body
 * @param {string} id
 * @param {string} label
 * @returns {Body}
 */
export const labelTrack = (body, id, label) =>
  changeTrack(body, id, (track) => (track.label === label ? track : { ...track, label }));

/**
 * @param {Body} body
 * @param {string} id
 * @returns {Body}
 */
export const removeTrack = (body, id) => without(body, "tracks", id);

/**
 * Puts the box on this frame, which becomes a keyframe. A track that was outside comes back with it.
 *
 * @param {Body} body
 * @param {string} id
 * @param {number} frame
 * @param {Box} box
 * @returns {Body}
 */
export const setBox = (body, id, frame, box) =>
  changeTrack(body, id, (track) =>
    putKeyframe(track, { ...stateAt(track, frame), frame, box, outside: false }),
  );

/**
 * Makes this frame a keyframe with the box shown on it, or removes its keyframe (never the last one).
 *
 * @param {Body} body
 * @param {string} id
 * @param {number} frame
 * @returns {Body}
 */
export function toggleKeyframe(body, id, frame) {
  return changeTrack(body, id, (track) => {
    if (!track.keyframes.some((keyframe) => keyframe.frame === frame))
      return putKeyframe(track, stateAt(track, frame));
    if (track.keyframes.length === 1) return track;
    return { ...track, keyframes: track.keyframes.filter((keyframe) => keyframe.frame !== frame) };
  });
}

/**
 * Toggles whether the object is outside the picture from this frame on.
 *
 * @param {Body} body
 * @param {string} id
 * @param {number} frame
 * @returns {Body}
 */
export const toggleOutside = (body, id, frame) =>
  changeTrack(body, id, (track) => {
    const state = stateAt(track, frame);
    return putKeyframe(track, { ...state, outside: !state.outside });
  });

/**
 * Toggles whether the object is partly occluded from this frame on.
 *
 * @param {Body} body
 * @param {string} id
 * @param {number} frame
 * @returns {Body}
 */
export const toggleOccluded = (body, id, frame) =>
  changeTrack(body, id, (track) => {
    const state = stateAt(track, frame);
    return putKeyframe(track, { ...state, occluded: !state.occluded });
  });

/**
 * The nearest keyframe before (-1) or after (+1) this frame, or null.
 *
 * @param {Track} track
 * @param {number} frame
 * @param {-1 | 1} direction
 * @returns {number | null}
 */
export function neighbourKeyframe(track, frame, direction) {
  const frames = track.keyframes
    .map((keyframe) => keyframe.frame)
    .filter((other) => (other - frame) * direction > 0);
  if (!frames.length) return null;
  return direction > 0 ? Math.min(...frames) : Math.max(...frames);
}

/**
 * The keyframe that this frame would get: the shown box; where none is shown, the box of the last keyframe (or of
 * the first, before it), marked as outside. Attributes are those of the last keyframe.
 *
 * @param {Track} track
 * @param {number} frame
 * @returns {Keyframe}
 */
export function stateAt(track, frame) {
  const shown = boxAt(track.keyframes, frame);
  const last = track.keyframes.findLast((keyframe) => keyframe.frame <= frame) ?? track.keyframes[0];
  return { ...last, frame, box: shown?.box ?? [...last.box], outside: shown === null };
}

/**
 * @param {Track} track
 * @param {Keyframe} keyframe
 * @returns {Track}
 */
function putKeyframe(track, keyframe) {
  const others = track.keyframes.filter((other) => other.frame !== keyframe.frame);
  return { ...track, keyframes: [...others, keyframe].sort((a, b) => a.frame - b.frame) };
}

/**
 * @param {Body} body
 * @param {string} id
 * @param {(track: Track) => Track} change
 * @returns {Body}
 */
function changeTrack(body, id, change) {
  const old = findTrack(body, id);
  const next = old && change(old);
  if (!next || next === old) return body;
  return { ...body, tracks: body.tracks.map((track) => (track.id === id ? next : track)) };
}

/**
 * @param {Body} body
 * @param {"events" | "tracks"} list
 * @param {string} id
 * @returns {Body}
 */
function without(body, list, id) {
  const rest = body[list].filter((item) => item.id !== id);
  return rest.length === body[list].length ? body : { ...body, [list]: rest };
}
