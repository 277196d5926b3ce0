/**
 * What each action does to the clip on screen. Actions are named in keys.js; buttons use the same names.
 *
 * @import { Body, Box } from "./types.js"
 * @import { Workbench } from "./workbench.js"
 * @typedef {{ chord: string, repeat: boolean }} Press
 */

import { clock, presentationTime } from "../player/frames.js";
import * as model from "./model.js";
import { say } from "./text.js";

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** Pixels for each repetition while an arrow is held down. */
const HELD = 4;

/**
 * @param {Workbench} bench
 * @returns {Record<string, (press: Press) => void>}
 */
export function editingCommands(bench) {
  const { player } = bench;
  const at = (/** @type {number} */ frame) => clock(presentationTime(frame, bench.session.clip));

  /** @param {number} frame */
  const startSegment = (frame) => {
    bench.session.pending = frame;
    bench.session.selection = null;
    bench.status(say("segmentStarted", { time: at(frame), key: bench.help.keyOf("segmentOut") }));
    bench.render();
  };

  /**
   * @param {string} id
   * @param {(body: Body, id: string, frame: number) => Body} change
   */
  const onTrack = (id, change) => {
    const track = bench.session.selectedTrack;
    if (!track) {
      bench.status(say("selectBoxFirst"));
      return;
    }
    player.pause();
    const { frame } = player;
    const body = change(bench.session.body, track.id, frame);
    const changed = bench.apply(body, say(`done.${id}`));
    bench.status(
      !changed && id === "keyframe" ? say("lastKeyframe") : now(id, model.findTrack(body, track.id), frame),
    );
  };

  /** @param {-1 | 1} direction */
  const toKeyframe = (direction) => {
    const track = bench.session.selectedTrack;
    if (!track) {
      bench.status(say("selectBoxFirst"));
      return;
    }
    const frame = model.neighbourKeyframe(track, player.frame, direction);
    if (frame === null) {
      bench.status(say(direction > 0 ? "noLaterKeyframe" : "noEarlierKeyframe"));
      return;
    }
    player.seek(frame);
    const number = track.keyframes.findIndex((keyframe) => keyframe.frame === frame) + 1;
    bench.status(say("atKeyframe", { number, count: track.keyframes.length, time: at(frame) }));
  };

  /** @param {Press} press @param {boolean} size */
  const arrow = ({ chord, repeat }, size) => {
    const [dx, dy] = ARROWS[chord.split("+").at(-1) ?? ""].map((value) => value * (repeat ? HELD : 1));
    const { session } = bench;
    const region = session.tool === "hide" ? session.regions.at(-1) : undefined;
    const track = session.selectedTrack;
    const box = region?.box ?? (track && model.stateAt(track, player.frame).box);
    if (!box) {
      bench.status(say("selectBoxFirst"));
      return;
    }
    player.pause();
    const [x, y, w, h] = box;
    const moved = model.fitBox(size ? [x, y, w + dx, h + dy] : [x + dx, y + dy, w, h], session.clip);
    bench.placeBox(
      region ? "region" : /** @type {import("./types.js").Track} */ (track).id,
      moved,
      `nudge-${track?.id}-${player.frame}`,
    );
  };

  return {
    play: () => player.toggle(),
    pause: () => player.pause(),
    faster: () => player.shuttle(1),
    reverse: () => player.shuttle(-1),
    back: () => player.step(-1),
    forward: () => player.step(1),
    back10: () => player.step(-10),
    forward10: () => player.step(10),
    first: () => player.seek(0),
    last: () => player.seek(bench.session.clip.frames - 1),

    segmentIn: () => {
      const event = bench.session.selectedEvent;
      if (event && player.frame <= event.end) bench.changeEvent(event.id, { start: player.frame });
      else startSegment(player.frame);
    },
    segmentOut: () => {
      const { session } = bench;
      const event = session.selectedEvent;
      if (session.pending !== null) {
        const id = model.freshId(session.body.events, "e");
        const [start, end] = [session.pending, player.frame].sort((a, b) => a - b);
        session.pending = null;
        session.selection = { kind: "event", id };
        bench.apply(
          model.addEvent(session.body, { id, label: session.next.event, start, end }),
          say("done.event"),
        );
        bench.status(say("segmentMade", { from: at(start), to: at(end) }));
      } else if (event) {
        bench.changeEvent(event.id, { end: player.frame });
      } else {
        bench.status(say("segmentInFirst", { key: bench.help.keyOf("segmentIn") }));
      }
    },

    box: () => bench.useTool(bench.session.tool === "box" ? null : "box"),
    hide: () => bench.useTool(bench.session.tool === "hide" ? null : "hide"),
    confirm: () => {
      const { session } = bench;
      if (session.tool === "hide" && session.regions.length) bench.act("sendRegions");
      else if (session.tool) bench.draw(centred(session.clip));
    },
    deselect: () => {
      const { session } = bench;
      if (bench.cancelGesture()) return;
      if (session.tool) bench.useTool(null);
      else if (session.pending !== null) session.pending = null;
      else session.selection = null;
      bench.render();
    },

    keyframe: () => onTrack("keyframe", model.toggleKeyframe),
    outside: () => onTrack("outside", model.toggleOutside),
    occluded: () => onTrack("occluded", model.toggleOccluded),
    previousKeyframe: () => toKeyframe(-1),
    nextKeyframe: () => toKeyframe(1),
    nudge: (press) => arrow(press, false),
    resize: (press) => arrow(press, true),
    nextItem: () => {
      const { session } = bench;
      const items = [
        ...session.body.tracks.map(({ id }) => ({ kind: /** @type {const} */ ("track"), id })),
        ...session.body.events.map(({ id }) => ({ kind: /** @type {const} */ ("event"), id })),
      ];
      const now = items.findIndex(
        ({ kind, id }) => kind === session.selection?.kind && id === session.selection.id,
      );
      bench.select(items[(now + 1) % items.length] ?? null);
    },
    remove: () => {
      const { session } = bench;
      const { body, selection } = session;
      if (!selection) return;
      session.selection = null;
      const next =
        selection.kind === "track"
          ? model.removeTrack(body, selection.id)
          : model.removeEvent(body, selection.id);
      bench.apply(next, say("done.remove"));
      bench.status(say("removed", { key: bench.help.keyOf("undo") }));
    },

    label: ({ chord }) => {
      const { session } = bench;
      const { schema } = session.assignment;
      if (session.tool === "hide") {
        const hidden = schema.hidden_kinds[Number(chord) - 1];
        if (hidden) bench.chooseKind(hidden.code);
        return;
      }
      const kind = session.selection?.kind;
      const choices = kind === "track" ? schema.tracks : kind === "event" ? schema.events : schema.verdicts;
      const choice = choices[Number(chord) - 1];
      if (!choice) return;
      if (kind) bench.label(kind, choice.code);
      else bench.decide(choice.code);
    },
    undo: () => bench.walk("undo"),
    redo: () => bench.walk("redo"),
  };
}

/**
 * How a track stands on a frame after one of its states was toggled there.
 *
 * @param {string} id the action
 * @param {import("./types.js").Track | undefined} track
 * @param {number} frame
 */
function now(id, track, frame) {
  if (!track) return "";
  if (id === "keyframe")
    return say(
      track.keyframes.some((keyframe) => keyframe.frame === frame) ? "keyframeAdded" : "keyframeRemoved",
    );
  const state = model.stateAt(track, frame);
  if (id === "outside") return say(state.outside ? "outsideNow" : "insideNow");
  return say(state.occluded ? "occludedNow" : "plainNow");
}

/**
 * @param {import("./types.js").Clip} clip
 * @returns {Box} a box in the middle, for drawing without a pointer
 */
const centred = (clip) => {
  const size = Math.min(clip.width, clip.height) / 4;
  return model.fitBox([(clip.width - size) / 2, (clip.height - size) / 2, size, size], clip);
};
