/**
 * Which ranges of a clip were watched, and their report to the server.
 *
 * @import { Api } from "../js/api.js"
 * @import { Clip, Range } from "../workbench/types.js"
 * @typedef {{ unreported: () => { ranges: Range[], confirm: () => void } }} Source
 *   ranges that the server has not acknowledged, and a function that marks them as acknowledged
 */

/** Ranges in one report. */
const MOST_RANGES = 400;

/** A busy computer drops frames while a clip plays; a gap up to this long (seconds) counts as watched. */
const DROPPED = 0.25;

/** The frames that were painted on screen, and those of them that the server has acknowledged. */
export class Watched {
  /** @param {Pick<Clip, "frames" | "frame_rate">} clip */
  constructor(clip) {
    this.clip = clip;
    this.painted = new Uint8Array(clip.frames);
    this.acknowledged = new Uint8Array(clip.frames);
    this.last = { frame: -1, presented: 0 };
  }

  /**
   * @param {number} frame
   * @param {number} presented the browser's count of frames put on screen so far: when it grew by as many frames as
   *   were passed, those in between were painted too, although no callback ran for them
   * @param {boolean} [playing]
   */
  paint(frame, presented, playing = false) {
    const passed = frame - this.last.frame;
    const dropped = playing && passed <= DROPPED * this.clip.frame_rate;
    const whole = passed > 0 && (dropped || presented - this.last.presented >= passed);
    this.painted.fill(1, whole ? frame - passed + 1 : frame, frame + 1);
    this.last = { frame, presented };
  }

  /** @returns {Range[]} */
  ranges() {
    return this.#ranges((frame) => this.painted[frame] === 1);
  }

  /**
   * The ranges that the server has not acknowledged, and a function that marks them as acknowledged.
   *
   * @returns {{ ranges: Range[], confirm: () => void }}
   */
  unreported() {
    const painted = this.painted.slice();
    const ranges = this.#ranges((frame) => painted[frame] === 1 && this.acknowledged[frame] === 0);
    const confirm = () => {
      for (const [frame, value] of painted.entries()) if (value) this.acknowledged[frame] = 1;
    };
    return { ranges, confirm };
  }

  /** @param {(frame: number) => boolean} holds */
  #ranges(holds) {
    /** @type {Range[]} */
    const ranges = [];
    const rate = this.clip.frame_rate;
    for (let frame = 0, start = -1; frame <= this.clip.frames; frame++) {
      const inside = frame < this.clip.frames && holds(frame);
      if (inside && start < 0) start = frame;
      if (!inside && start >= 0) {
        ranges.push([start / rate, frame / rate]);
        start = -1;
      }
    }
    return ranges;
  }
}

/** The ranges played of a video with the browser's own controls. */
export class Played {
  #acknowledged = "[]";

  /** @param {HTMLVideoElement} video */
  constructor(video) {
    this.video = video;
  }

  /**
   * @returns {{ ranges: Range[], confirm: () => void }} all ranges, when they have changed since the last acknowledged
   *   report
   */
  unreported() {
    const { played } = this.video;
    /** @type {Range[]} */
    const ranges = Array.from({ length: played.length }, (_, n) => [played.start(n), played.end(n)]);
    const now = JSON.stringify(ranges);
    const confirm = () => {
      this.#acknowledged = now;
    };
    return { ranges: now === this.#acknowledged ? [] : ranges, confirm };
  }
}

/**
 * Reports the ranges that the server has not acknowledged.
 *
 * @param {Pick<Api, "send">} api
 * @param {string} url
 * @param {Source} source
 * @param {{ ask?: boolean, keepalive?: boolean }} [options] `ask` sends a report even without new ranges, because
 *   the answer says whether the clip may stay on screen
 * @throws what `api.send` throws; then the ranges are part of the next report
 */
export async function reportWatched(api, url, source, { ask = false, keepalive = false } = {}) {
  const { ranges, confirm } = source.unreported();
  if (!ranges.length && !ask) return;
  for (let i = 0; i === 0 || i < ranges.length; i += MOST_RANGES) {
    await api.send("POST", url, { ranges: ranges.slice(i, i + MOST_RANGES) }, { keepalive });
  }
  confirm();
}
