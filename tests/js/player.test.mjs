import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { seekTime } from "../../static/player/frames.js";
import { Player } from "../../static/player/player.js";

const CLIP = { frames: 232, frame_rate: 25 };

/** A browser's video element, as far as the player uses it: seeks end, and pictures are painted, when a test says so. */
class Video extends EventTarget {
  seeking = false;
  paused = true;
  error = null;
  playbackRate = 1;
  #time = 0;
  #callback = () => {};

  get currentTime() {
    return this.#time;
  }
  set currentTime(time) {
    this.#time = time;
    this.seeking = true;
  }
  requestVideoFrameCallback(callback) {
    this.#callback = callback;
  }
  async play() {
    this.paused = false;
  }
  pause() {
    this.paused = true;
  }
  remove() {}
  paint(frame) {
    this.#callback(0, { mediaTime: frame / CLIP.frame_rate, presentedFrames: 1 });
  }
  endSeek() {
    this.seeking = false;
    this.dispatchEvent(new Event("seeked"));
  }
}

let video;
let player;
beforeEach(() => {
  globalThis.cancelAnimationFrame = () => {};
  video = new Video();
  player = new Player({ prepend() {} }, { onFrame() {}, onSpeed() {} });
  player.show({ video, mark() {}, forget() {} }, CLIP, "code");
});

const soughtFrame = () => Math.floor(video.currentTime * CLIP.frame_rate);

test("a picture that is painted after the clip was paused does not move where steps start from", () => {
  video.paint(0);
  player.play();
  player.pause();
  player.seek(0);
  video.paint(1); // was on its way already
  player.step(10);
  video.endSeek();
  assert.equal(soughtFrame(), 10);
});

test("of several steps during one seek none is lost", () => {
  video.paint(0);
  for (let step = 0; step < 13; step++) player.step(10);
  video.endSeek();
  assert.equal(video.currentTime, seekTime(130, CLIP));
  video.endSeek();
  video.paint(130);
  player.step(-1);
  assert.equal(soughtFrame(), 129);
});

test("playing goes on from the frame last sought, and steps start from what was painted then", () => {
  player.seek(50);
  player.seek(90);
  player.play();
  assert.equal(video.currentTime, seekTime(90, CLIP));
  video.endSeek();
  video.paint(97);
  player.step(1);
  assert.equal(soughtFrame(), 98);
});

test("playing at the end starts over", () => {
  player.seek(CLIP.frames - 1);
  video.endSeek();
  player.play();
  assert.equal(video.currentTime, 0);
});
