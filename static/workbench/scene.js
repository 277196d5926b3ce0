/**
 * What is drawn over the picture on one frame.
 *
 * @import { Thing } from "./overlay.js"
 * @import { Session } from "./session.js"
 */

import { boxAt } from "./model.js";
import { say } from "./text.js";
import { trackColor } from "./timeline.js";

/**
 * @param {Session} session
 * @param {{ id: string, label: string }} track
 * @returns {string} its number and what it is
 */
export const trackName = (session, { id, label }) =>
  say("trackName", { number: id.replace(/^\D/, ""), name: session.nameOf("track", label) });

/**
 * @param {Session} session
 * @param {number} frame
 * @returns {Thing[]} the boxes of the tracks that are in the picture, and the missed faces marked on this frame
 */
export function thingsOn(session, frame) {
  /** @type {Thing[]} */
  const things = [];
  for (const track of session.body.tracks) {
    const shown = boxAt(track.keyframes, frame);
    if (!shown) continue;
    const name = trackName(session, track);
    things.push({
      id: track.id,
      tag: track.keyframes.some((keyframe) => keyframe.frame === frame) ? `${name} ◆` : name,
      description: shown.occluded ? say("occludedTrack", { name }) : name,
      color: trackColor(track),
      box: shown.box,
      occluded: shown.occluded,
      selected: session.selection?.kind === "track" && session.selection.id === track.id,
    });
  }
  session.faces.forEach((face, i) => {
    if (face.frame !== frame) return;
    const name = say("missedFaceName", { number: i + 1 });
    const selected = i === session.faces.length - 1;
    things.push({
      id: `face-${i}`,
      tag: name,
      description: name,
      color: -1,
      box: face.box,
      occluded: false,
      selected,
    });
  });
  return things;
}
