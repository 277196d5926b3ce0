/**
 * The clip along its time: what was watched, events as bars with grips, a lane for each track with its keyframes,
 * and the playhead. Redrawn when labels change; on a new frame only the playhead moves.
 *
 * @import { Body, Clip, ClipEvent, Range, Selection, Track } from "./types.js"
 * @typedef {{
 *   clip: Clip,
 *   body: Body,
 *   selection: Selection,
 *   pending: number | null,
 *   nameOf: (kind: "track" | "event", code: string) => string,
 * }} Scene
 * @typedef {"start" | "end" | "whole"} Grip
 * @typedef {{ event: ClipEvent, grip: Grip, from: number, now: ClipEvent }} Drag
 * @typedef {{
 *   onSeek: (frame: number) => void,
 *   onSelect: (selection: Selection) => void,
 *   onEvent: (id: string, change: { start: number, end: number }) => void,
 * }} Listeners
 */

import { html, replace, set, svg } from "../js/dom.js";
import { clampFrame, clock, presentationTime } from "../player/frames.js";
import { boxAt } from "./model.js";
import { say } from "./text.js";

const GUTTER = 104;
const MARGIN = 14;
const RULER = 26;
const LANE = 26;

export class Timeline {
  /** @type {Scene | null} */
  #scene = null;
  /** @type {Range[]} */
  #watched = [];
  #frame = 0;
  #width = 800;
  #height = 0;
  /** @type {Drag | "seek" | null} */
  #drag = null;

  /**
   * @param {HTMLElement} container
   * @param {Listeners} listeners
   */
  constructor(container, listeners) {
    this.listeners = listeners;
    this.watchedLayer = svg("g");
    this.content = svg("g");
    this.slider = svg("rect", {
      class: "seek",
      role: "slider",
      tabindex: 0,
      "aria-label": say("playhead"),
      x: GUTTER,
      y: 0,
      height: RULER,
      "data-seek": true,
    });
    this.playhead = svg(
      "g",
      { class: "playhead" },
      svg("line", { y1: 0 }),
      svg("path", { d: "M-5 0h10v5l-5 5-5-5z" }),
    );
    this.root = svg(
      "svg",
      { role: "group", "aria-label": say("timeline") },
      this.content,
      this.watchedLayer,
      this.slider,
      this.playhead,
    );
    this.root.addEventListener("pointerdown", this.#down);
    this.root.addEventListener("pointermove", this.#move);
    this.root.addEventListener("pointerup", this.#up);
    this.root.addEventListener("pointercancel", () => this.cancel());
    this.root.addEventListener("keydown", this.#key);
    container.append(this.root);
    new ResizeObserver(() => {
      const { clientWidth, clientHeight } = container;
      if (!clientWidth || (clientWidth === this.#width && clientHeight === this.#height)) return;
      this.#width = clientWidth;
      this.#height = clientHeight;
      this.#draw();
    }).observe(container);
  }

  /** @param {Scene} scene */
  render(scene) {
    this.#scene = scene;
    if (!this.#drag || this.#drag === "seek") this.#draw();
  }

  /** @param {number} frame */
  setFrame(frame) {
    this.#frame = frame;
    const clip = this.#scene?.clip;
    if (!clip) return;
    set(this.playhead, { transform: `translate(${this.#x(frame + 0.5)} 0)` });
    set(this.slider, {
      "aria-valuenow": frame,
      "aria-valuetext": say("frameAtTime", { frame: frame + 1, time: clock(presentationTime(frame, clip)) }),
    });
  }

  /** @param {Range[]} ranges */
  setWatched(ranges) {
    this.#watched = ranges;
    const clip = this.#scene?.clip;
    if (!clip) return;
    const x = (/** @type {number} */ seconds) => this.#x(seconds * clip.frame_rate);
    this.watchedLayer.replaceChildren(
      svg("rect", { class: "unwatched", x: GUTTER, y: RULER - 4, width: this.#length, height: 3 }),
      ...ranges.map(([start, end]) =>
        svg("rect", { class: "watched", x: x(start), y: RULER - 4, width: x(end) - x(start), height: 3 }),
      ),
    );
  }

  /** @returns {boolean} whether a gesture was under way */
  cancel() {
    const was = this.#drag !== null;
    this.#drag = null;
    if (was) this.#draw();
    return was;
  }

  get #length() {
    return Math.max(this.#width - GUTTER - MARGIN, 50);
  }

  /** @param {number} frame */
  #x(frame) {
    return GUTTER + (frame / (this.#scene?.clip.frames ?? 1)) * this.#length;
  }

  #draw() {
    const scene = this.#scene;
    if (!scene) return;
    const { clip, body } = scene;
    const drag = this.#drag !== "seek" ? this.#drag : null;
    const events = body.events.map((event) => (event.id === drag?.event.id ? drag.now : event));
    const rows = packed(events);
    const eventRows = Math.max(1, ...rows.map((row) => row + 1));
    const lanes = eventRows + body.tracks.length;
    const height = Math.max(RULER + lanes * LANE + 4, this.#height);
    set(this.root, { height, viewBox: `0 0 ${this.#width} ${height}`, width: this.#width });
    set(this.slider, { width: this.#length, "aria-valuemin": 0, "aria-valuemax": clip.frames - 1 });
    set(/** @type {Element} */ (this.playhead.firstChild), { y2: height });
    replace(
      this.content,
      svg("rect", { class: "ruler", x: 0, y: 0, width: this.#width, height: RULER, "data-seek": true }),
      ...this.#ticks(clip, height),
      ...Array.from({ length: lanes + 1 }, (_, lane) =>
        svg("line", {
          class: "lane",
          x1: 0,
          x2: this.#width,
          y1: RULER + lane * LANE + 0.5,
          y2: RULER + lane * LANE + 0.5,
        }),
      ),
      svg("text", { x: 12, y: RULER + LANE / 2 }, say("events")),
      scene.pending !== null && this.#pending(scene.pending),
      ...events.map((event, i) => this.#event(scene, event, RULER + rows[i] * LANE)),
      ...body.tracks.map((track, i) => this.#track(scene, track, RULER + (eventRows + i) * LANE)),
    );
    this.setWatched(this.#watched);
    this.setFrame(this.#frame);
  }

  /**
   * @param {Clip} clip
   * @param {number} height
   */
  #ticks(clip, height) {
    const step =
      [0.5, 1, 2, 5, 10, 15, 30, 60, 120].find((seconds) => (seconds / clip.duration) * this.#length >= 64) ??
      300;
    const digits = step < 1 ? 1 : 0;
    const label = (/** @type {number} */ seconds) =>
      `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(digits).padStart(digits ? 4 : 2, "0")}`;
    const ticks = [];
    for (let seconds = 0; seconds <= clip.duration; seconds += step) {
      const x = Math.round(this.#x(seconds * clip.frame_rate)) + 0.5;
      ticks.push(svg("line", { class: "tick", x1: x, x2: x, y1: RULER - 8, y2: height }));
      if (x < this.#width - 40) ticks.push(svg("text", { x: x + 3, y: 10 }, label(seconds)));
    }
    return ticks;
  }

  /** @param {number} start */
  #pending(start) {
    const from = this.#x(start);
    const to = Math.max(this.#x(this.#frame + 1), from + 6);
    return svg("rect", {
      class: "pending",
      x: from,
      y: RULER + 4,
      width: to - from,
      height: LANE - 8,
      rx: 3,
    });
  }

  /**
   * @param {Scene} scene
   * @param {ClipEvent} event
   * @param {number} top
   */
  #event({ clip, selection, nameOf }, event, top) {
    const x = this.#x(event.start);
    const width = Math.max(this.#x(event.end + 1) - x, 6);
    const selected = selection?.kind === "event" && selection.id === event.id;
    const name = nameOf("event", event.label);
    const from = clock(presentationTime(event.start, clip));
    const to = clock(presentationTime(event.end, clip));
    const grip = (/** @type {number} */ at, /** @type {Grip} */ which) =>
      svg("rect", { class: "grip", x: at - 8, y: top + 1, width: 16, height: LANE - 2, "data-grip": which });
    const mark = (/** @type {number} */ at) =>
      svg("line", { class: "grip-line", x1: at, x2: at, y1: top + 8, y2: top + LANE - 8 });
    const fits = width > name.length * 6 + 24;
    return svg(
      "g",
      {
        class: "event",
        role: "button",
        tabindex: 0,
        "data-event": event.id,
        "data-focus": `event-${event.id}`,
        "aria-pressed": String(selected),
        "aria-label": say("eventFromTo", { name, from, to }),
      },
      svg("rect", { class: "bar", x, y: top + 2, width, height: LANE - 4, rx: 3, "data-grip": "whole" }),
      fits && svg("text", { x: x + 12, y: top + LANE / 2, "pointer-events": "none" }, name),
      !fits && svg("text", { x: x + width + 6, y: top + LANE / 2, "pointer-events": "none" }, name),
      selected && grip(x, "start"),
      selected && grip(x + width, "end"),
      selected && mark(x + 4),
      selected && mark(x + width - 4),
    );
  }

  /**
   * @param {Scene} scene
   * @param {Track} track
   * @param {number} top
   */
  #track({ clip, selection, nameOf }, track, top) {
    const selected = selection?.kind === "track" && selection.id === track.id;
    const middle = top + LANE / 2;
    const number = track.id.replace(/^t/, "");
    const name = say("trackName", { number, name: nameOf("track", track.label) });
    return svg(
      "g",
      {
        class: "span",
        role: "button",
        tabindex: 0,
        "data-track": track.id,
        "data-focus": `track-${track.id}`,
        "data-color": trackColor(track),
        "aria-pressed": String(selected),
        "aria-label": name,
      },
      svg("rect", { x: 0, y: top + 1, width: GUTTER - 4, height: LANE - 2, fill: "transparent" }),
      svg("rect", { x: 12, y: middle - 5, width: 8, height: 10, class: "key" }),
      svg("text", { class: "name", x: 26, y: middle }, name),
      ...visibleSpans(track, clip).map(([start, end]) =>
        svg("rect", {
          class: "life",
          x: this.#x(start),
          y: middle - 4,
          width: this.#x(end) - this.#x(start),
          height: 8,
          rx: 2,
        }),
      ),
      ...track.keyframes.map(({ frame, outside }) => {
        const x = this.#x(frame + 0.5);
        return svg(
          "g",
          { "data-frame": frame },
          svg("rect", { class: "key-target", x: x - 12, y: top + 1, width: 24, height: LANE - 2 }),
          svg("path", { class: "key", "data-outside": outside, d: `M${x} ${middle - 6}l6 6-6 6-6-6z` }),
        );
      }),
    );
  }

  /** @param {PointerEvent} pointer */
  #down = (pointer) => {
    if (pointer.button !== 0 || !(pointer.target instanceof Element) || !this.#scene) return;
    const target = pointer.target;
    const eventId = target.closest("[data-event]")?.getAttribute("data-event");
    const event = this.#scene.body.events.find(({ id }) => id === eventId);
    const trackId = target.closest("[data-track]")?.getAttribute("data-track");
    const keyframe = target.closest("[data-frame]")?.getAttribute("data-frame");
    const at = this.#frameOf(pointer);
    if (event) {
      const grip = /** @type {Grip} */ (target.getAttribute("data-grip") ?? "whole");
      this.listeners.onSelect({ kind: "event", id: event.id });
      this.#drag = { event, grip, from: at, now: event };
    } else {
      if (trackId) this.listeners.onSelect({ kind: "track", id: trackId });
      if (keyframe) {
        this.listeners.onSeek(Number(keyframe));
        return;
      }
      if (pointer.offsetX < GUTTER) return;
      this.#drag = "seek";
      this.listeners.onSeek(at);
    }
    pointer.preventDefault();
    this.root.setPointerCapture(pointer.pointerId);
  };

  /** @param {PointerEvent} pointer */
  #move = (pointer) => {
    const clip = this.#scene?.clip;
    if (!this.#drag || !clip) return;
    const at = this.#frameOf(pointer);
    if (this.#drag === "seek") {
      this.listeners.onSeek(at);
      return;
    }
    const { event, grip, from } = this.#drag;
    const length = event.end - event.start;
    const by = at - from;
    const now = { ...event };
    if (grip === "start") now.start = Math.min(clampFrame(event.start + by, clip), event.end);
    if (grip === "end") now.end = Math.max(clampFrame(event.end + by, clip), event.start);
    if (grip === "whole") {
      now.start = Math.min(clampFrame(event.start + by, clip), clip.frames - 1 - length);
      now.end = now.start + length;
    }
    if (now.start === this.#drag.now.start && now.end === this.#drag.now.end) return;
    this.#drag.now = now;
    this.#draw();
    this.listeners.onSeek(grip === "end" ? now.end : now.start);
  };

  /** @param {PointerEvent} pointer */
  #up = (pointer) => {
    const drag = this.#drag;
    if (!drag) return;
    this.#drag = null;
    this.root.releasePointerCapture(pointer.pointerId);
    if (drag === "seek") return;
    if (drag.now === drag.event) this.listeners.onSeek(drag.event.start);
    else this.listeners.onEvent(drag.event.id, { start: drag.now.start, end: drag.now.end });
  };

  /** @param {KeyboardEvent} event */
  #key = (event) => {
    if (!(event.target instanceof Element) || (event.key !== "Enter" && event.key !== " ")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const eventId = event.target.getAttribute("data-event");
    const trackId = event.target.getAttribute("data-track");
    if (!eventId && !trackId) return;
    event.preventDefault();
    event.stopPropagation();
    this.listeners.onSelect(eventId ? { kind: "event", id: eventId } : { kind: "track", id: trackId ?? "" });
  };

  /** @param {PointerEvent} pointer */
  #frameOf(pointer) {
    const clip = /** @type {Scene} */ (this.#scene).clip;
    const x = pointer.clientX - this.root.getBoundingClientRect().left;
    return clampFrame(Math.floor(((x - GUTTER) / this.#length) * clip.frames), clip);
  }
}

/**
 * The row of each event, so that events that overlap in time stand under each other.
 *
 * @param {readonly ClipEvent[]} events
 * @returns {number[]}
 */
export function packed(events) {
  /** @type {number[]} */
  const ends = [];
  const rows = new Map();
  for (const event of [...events].sort((a, b) => a.start - b.start)) {
    let row = ends.findIndex((end) => end < event.start);
    if (row === -1) row = ends.length;
    ends[row] = event.end;
    rows.set(event.id, row);
  }
  return events.map(({ id }) => rows.get(id));
}

/**
 * The ranges of frames, [first, last + 1), in which a track is in the picture.
 *
 * @param {Track} track
 * @param {Pick<Clip, "frames">} clip
 * @returns {[number, number][]}
 */
export function visibleSpans(track, clip) {
  /** @type {[number, number][]} */
  const spans = [];
  track.keyframes.forEach(({ frame }, i) => {
    if (!boxAt(track.keyframes, frame)) return;
    const end = track.keyframes[i + 1]?.frame ?? clip.frames;
    const last = spans.at(-1);
    if (last && last[1] === frame) last[1] = end;
    else spans.push([frame, end]);
  });
  return spans;
}

/** @param {Pick<Track, "id">} track */
export const trackColor = (track) => (Math.max(1, Number(track.id.replace(/\D/g, "")) || 1) - 1) % 6;

/** @param {string} id */
export const swatch = (id) => html("span", { class: "swatch", "aria-hidden": "true" }, id.replace(/^\D/, ""));
