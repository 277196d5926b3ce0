import assert from "node:assert/strict";
import { test } from "node:test";

import { clock, frameAt, presentationTime, seekTime } from "../../static/player/frames.js";

test("the frame on screen is told from its media time at every common rate", () => {
  for (const rate of [10, 12.5, 15, 23.976, 24, 25, 29.97, 30, 60]) {
    const clip = { frame_rate: rate, frames: 5000 };
    for (let frame = 0; frame < 5000; frame += 7) {
      // Containers store time stamps in whole ticks; Chromium reports microseconds.
      assert.equal(
        frameAt(Math.round((frame / rate) * 1e6) / 1e6, clip),
        frame,
        `${rate} per second, frame ${frame}`,
      );
      const time = seekTime(frame, clip);
      assert.ok(time > frame / rate && time < (frame + 1) / rate);
    }
  }
});

test("no time leads outside the clip", () => {
  const clip = { frame_rate: 10, frames: 20 };
  assert.equal(frameAt(-1, clip), 0);
  assert.equal(frameAt(99, clip), 19);
});

test("the time shown is the original's", () => {
  assert.equal(presentationTime(2, { frame_rate: 10, presentation_times: [0, 0.1, 0.45] }), 0.45);
});

test("the clock carries from milliseconds to seconds to minutes", () => {
  assert.equal(clock(0), "0:00.000");
  assert.equal(clock(59.9999), "1:00.000");
  assert.equal(clock(62.345), "1:02.345");
});
