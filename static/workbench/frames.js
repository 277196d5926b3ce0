/**
 * Frames and time. A rendition has a constant frame rate, so frame n lasts from n / rate to (n + 1) / rate; which
 * moment of the original it shows is in the clip's table of presentation times.
 *
 * @import { Clip, Range } from "./types.js"
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

/** A computer that is busy drops frames of a clip that plays; a gap this short (seconds) was watched all the same. */
const DROPPED = 0.25;

/** Which frames were painted on screen, and which of them the server does not know of yet. */
export class Watched {
  /** @param {Pick<Clip, "frames" | "frame_rate">} clip */
  constructor(clip) {
    this.clip = clip;
    this.painted = new Uint8Array(clip.frames);
    this.reported = new Uint8Array(clip.frames);
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
   * The ranges that were not reported yet, and a function that notes them as reported once the server has them.
   *
   * @returns {{ ranges: Range[], confirm: () => void }}
   */
  unreported() {
    const painted = this.painted.slice();
    const ranges = this.#ranges((frame) => painted[frame] === 1 && this.reported[frame] === 0);
    const confirm = () => {
      for (const [frame, value] of painted.entries()) if (value) this.reported[frame] = 1;
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
