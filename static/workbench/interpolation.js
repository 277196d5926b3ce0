/**
 * Where a track's box is on a frame that nobody drew it on. The same rules stand in
 * `annotations/review/interpolation.py`; `tests/spec/interpolation.json` holds the cases that both must pass.
 *
 * @import { Box, Keyframe, Shown } from "./types.js"
 */

/**
 * @param {readonly Keyframe[]} keyframes in ascending order of frame, each frame at most once
 * @param {number} frame
 * @returns {Shown | null} null where the track is not in the picture
 */
export function boxAt(keyframes, frame) {
  let after = keyframes.findIndex((keyframe) => keyframe.frame > frame);
  if (after === -1) after = keyframes.length;
  const left = keyframes[after - 1];
  if (!left || left.outside) return null;
  const right = keyframes[after];
  if (left.frame === frame || !right) return { box: [...left.box], occluded: left.occluded };
  const share = (frame - left.frame) / (right.frame - left.frame);
  const box = /** @type {Box} */ (left.box.map((value, i) => value + (right.box[i] - value) * share));
  return { box, occluded: left.occluded };
}
