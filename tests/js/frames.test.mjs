import assert from "node:assert/strict";
import { test } from "node:test";

import { clock, frameAt, presentationTime, seekTime, Watched } from "../../static/workbench/frames.js";

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

test("only painted frames count as watched", () => {
  const watched = new Watched({ frames: 100, frame_rate: 10 });
  watched.paint(0, 1, false);
  watched.paint(1, 2, false);
  watched.paint(50, 3, false); // a seek
  assert.deepEqual(watched.ranges(), [
    [0, 0.2],
    [5, 5.1],
  ]);
});

test("frames between two callbacks count only when the browser says that it painted them", () => {
  const painted = new Watched({ frames: 100, frame_rate: 10 });
  painted.paint(10, 1, false);
  painted.paint(13, 4, false);
  assert.deepEqual(painted.ranges(), [[1, 1.4]]);
  const dropped = new Watched({ frames: 100, frame_rate: 10 });
  dropped.paint(10, 1, false);
  dropped.paint(13, 2, false);
  assert.deepEqual(dropped.ranges(), [
    [1, 1.1],
    [1.3, 1.4],
  ]);
});

test("a range is reported until the server has it, and then no more", () => {
  const watched = new Watched({ frames: 100, frame_rate: 10 });
  watched.paint(0, 1, false);
  assert.deepEqual(watched.unreported().ranges, [[0, 0.1]]);
  const report = watched.unreported();
  watched.paint(1, 2, false); // painted while the report is under way
  report.confirm();
  assert.deepEqual(watched.unreported().ranges, [[0.1, 0.2]]);
});

test("the first frame counts although it was on screen before the first callback", () => {
  const watched = new Watched({ frames: 100, frame_rate: 10 });
  watched.paint(1, 2, false);
  assert.deepEqual(watched.ranges(), [[0, 0.2]]);
});

test("frames that a busy computer dropped while playing were watched; a jump was not", () => {
  const watched = new Watched({ frames: 300, frame_rate: 30 });
  watched.paint(0, 1, true);
  watched.paint(6, 2, true);
  watched.paint(60, 3, true);
  assert.deepEqual(watched.ranges(), [
    [0, 7 / 30],
    [2, 61 / 30],
  ]);
});
