/**
 * Frames and time. A rendition has a constant frame rate, so frame n lasts from n / rate to (n + 1) / rate; which
 * moment of the original it shows is in the clip's table of presentation times.
 *
 * @import { Clip } from "../workbench/types.js"
 */

/**
 * The frame that is on screen, from the media time that the browser reports for it (the start of the frame).
 *
 * @param {number} mediaTime seconds
 * @param {Pick<Clip, "frame_rate" | "frames">} clip
 */
export const frameAt = (mediaTime, clip) => clampFrame(Math.round(mediaTime * clip.frame_rate), clip);

/**
 * Where to seek to land on a frame for certain: its middle. At n / rate a third of the seeks land one early.
 *
 * @param {number} frame
 * @param {Pick<Clip, "frame_rate">} clip
 */
export const seekTime = (frame, clip) => (frame + 0.5) / clip.frame_rate;

/**
 * @param {number} frame
 * @param {Pick<Clip, "frames">} clip
 */
export const clampFrame = (frame, clip) => Math.min(Math.max(Math.round(frame), 0), clip.frames - 1);

/**
 * The moment of the original that a frame shows, in seconds from its start.
 *
 * @param {number} frame
 * @param {Pick<Clip, "frame_rate" | "presentation_times">} clip
 */
export const presentationTime = (frame, clip) => clip.presentation_times[frame] ?? frame / clip.frame_rate;

/**
 * @param {number} seconds
 * @returns {string} minutes, seconds and milliseconds: 1:02.345
 */
export function clock(seconds) {
  const ms = Math.max(0, Math.round(seconds * 1000));
  const pad = (/** @type {number} */ value, /** @type {number} */ width) =>
    String(value).padStart(width, "0");
  return `${Math.floor(ms / 60_000)}:${pad(Math.floor(ms / 1000) % 60, 2)}.${pad(ms % 1000, 3)}`;
}
