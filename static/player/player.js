/**
 * Plays a clip and knows which frame is on screen. That is what the browser's frame callback says, never
 * `currentTime`; and a seek goes to the middle of a frame (see frames.js).
 *
 * @import { Clip } from "../workbench/types.js"
 * @import { ProtectedVideo } from "./protected.js"
 */

import { clampFrame, frameAt, seekTime } from "./frames.js";

const SPEEDS = [1, 2, 4];

export class Player {
  frame = 0;
  /** 1, 2, 4 forwards; -1, -2, -4 backwards; 0 paused */
  speed = 0;
  /** @type {ProtectedVideo | null} */
  #loaded = null;
  /** @type {Clip | null} */
  #clip = null;
  /** @type {number | null} the frame last sought, until the clip plays on from there */
  #target = null;
  #rewinding = 0;

  /**
   * @param {HTMLElement} picture
   * @param {{
   *   onFrame: (frame: number, presented: number) => void,
   *   onSpeed: (speed: number) => void,
   *   onBroken?: () => void,
   * }} listeners
   *   `onBroken` when the browser cannot play the clip
   */
  constructor(picture, { onFrame, onSpeed, onBroken = () => {} }) {
    this.picture = picture;
    this.onFrame = onFrame;
    this.onSpeed = onSpeed;
    this.onBroken = onBroken;
  }

  /**
   * @param {ProtectedVideo} loaded
   * @param {Clip} clip
   * @param {string} code of the viewer
   */
  show(loaded, clip, code) {
    this.clear();
    this.#loaded = loaded;
    this.#clip = clip;
    this.frame = 0;
    const { video } = loaded;
    video.addEventListener("seeked", this.#seeked);
    video.addEventListener("ended", this.#ended);
    video.addEventListener("error", this.onBroken);
    if (video.error) this.onBroken();
    this.picture.prepend(video);
    loaded.mark(code);
    this.#listen(video);
  }

  /** Removes the video and frees its bytes. */
  clear() {
    if (!this.#loaded) return;
    this.pause();
    const { video } = this.#loaded;
    video.removeEventListener("seeked", this.#seeked);
    video.removeEventListener("ended", this.#ended);
    video.removeEventListener("error", this.onBroken);
    this.#loaded.forget();
    video.remove();
    this.#loaded = null;
    this.#clip = null;
    this.#target = null;
  }

  get playing() {
    return this.speed !== 0;
  }

  /** @param {number} [speed] */
  play(speed = 1) {
    if (!this.#loaded || !this.#clip) return;
    this.#stopRewinding();
    const { video } = this.#loaded;
    if (speed < 0) {
      video.pause();
      this.#rewind(speed);
    } else {
      const from = this.#target ?? this.frame;
      if (from >= this.#clip.frames - 1) video.currentTime = 0;
      else if (video.seeking) video.currentTime = seekTime(from, this.#clip);
      this.#target = null;
      video.playbackRate = speed;
      video.play().catch(() => this.pause()); // refused or taken away meanwhile
    }
    this.#become(speed);
  }

  pause() {
    this.#stopRewinding();
    this.#loaded?.video.pause();
    this.#become(0);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  /**
   * The next speed in a direction: pressing again goes faster, pressing the other way starts over at 1.
   *
   * @param {1 | -1} direction
   */
  shuttle(direction) {
    const now = this.speed * direction > 0 ? SPEEDS.indexOf(Math.abs(this.speed)) : -1;
    this.play(direction * SPEEDS[Math.min(now + 1, SPEEDS.length - 1)]);
  }

  /** @param {number} frames */
  step(frames) {
    this.pause();
    this.#seek((this.#target ?? this.frame) + frames);
  }

  /** @param {number} frame */
  seek(frame) {
    this.pause();
    this.#seek(frame);
  }

  /** @param {number} frame */
  #seek(frame) {
    if (!this.#loaded || !this.#clip) return;
    this.#target = clampFrame(frame, this.#clip);
    // While a seek is in progress only the newest target is kept; it is sought when the seek ends.
    if (!this.#loaded.video.seeking) this.#loaded.video.currentTime = seekTime(this.#target, this.#clip);
  }

  #seeked = () => {
    if (!this.#loaded || !this.#clip || this.#target === null) return;
    const { video } = this.#loaded;
    if (Math.abs(video.currentTime - seekTime(this.#target, this.#clip)) > 0.5 / this.#clip.frame_rate)
      video.currentTime = seekTime(this.#target, this.#clip);
  };

  #ended = () => this.#become(0);

  /** @param {HTMLVideoElement} video */
  #listen(video) {
    video.requestVideoFrameCallback((_now, { mediaTime, presentedFrames }) => {
      if (video !== this.#loaded?.video || !this.#clip) return;
      this.frame = frameAt(mediaTime, this.#clip);
      this.onFrame(this.frame, presentedFrames);
      this.#listen(video);
    });
  }

  /** @param {number} speed */
  #rewind(speed) {
    let position = this.frame;
    let before = performance.now();
    const tick = (/** @type {number} */ now) => {
      if (!this.#clip) return;
      position += ((now - before) / 1000) * speed * this.#clip.frame_rate;
      before = now;
      if (position <= 0) {
        this.seek(0);
        return;
      }
      this.#seek(Math.floor(position));
      this.#rewinding = requestAnimationFrame(tick);
    };
    this.#rewinding = requestAnimationFrame(tick);
  }

  #stopRewinding() {
    cancelAnimationFrame(this.#rewinding);
    this.#rewinding = 0;
  }

  /** @param {number} speed */
  #become(speed) {
    if (this.speed === speed) return;
    this.speed = speed;
    this.onSpeed(speed);
  }
}
