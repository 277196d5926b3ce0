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
 * @returns {Thing[]} the boxes of the tracks that are in the picture, and what was marked to be hidden on this frame
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
  session.regions.forEach((region, i) => {
    if (region.frame !== frame) return;
    const name = say("regionName", { number: i + 1, kind: session.kindName(region.kind) });
    const selected = i === session.regions.length - 1;
    things.push({
      id: `region-${i}`,
      tag: name,
      description: name,
      color: -1,
      box: region.box,
      occluded: false,
      selected,
    });
  });
  return things;
}
