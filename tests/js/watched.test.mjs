import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../static/js/api.js";
import { Played, reportWatched, Watched } from "../../static/player/watched.js";

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

/** A server that notes the reports which it takes. */
function server() {
  const reports = [];
  const send = async (_method, _url, { ranges }) => {
    if (api.refuses) throw new ApiError(410, "gone", "", null);
    reports.push(ranges);
  };
  const api = { send, refuses: false };
  return { api, reports };
}

test("what a server did not take is in the next report", async () => {
  const { api, reports } = server();
  const watched = new Watched({ frames: 100, frame_rate: 10 });
  watched.paint(0, 1);
  api.refuses = true;
  await assert.rejects(reportWatched(api, "/watched", watched), { code: "gone" });
  api.refuses = false;
  await reportWatched(api, "/watched", watched);
  assert.deepEqual(reports, [[[0, 0.1]]]);
});

test("with nothing new the server is asked only where its answer is wanted", async () => {
  const { api, reports } = server();
  const watched = new Watched({ frames: 100, frame_rate: 10 });
  await reportWatched(api, "/watched", watched);
  assert.deepEqual(reports, []);
  await reportWatched(api, "/watched", watched, { ask: true });
  assert.deepEqual(reports, [[]]);
});

test("many ranges go in several reports", async () => {
  const { api, reports } = server();
  const watched = new Watched({ frames: 2000, frame_rate: 10 });
  for (let frame = 0; frame < 2000; frame += 4) watched.paint(frame, 0);
  await reportWatched(api, "/watched", watched);
  assert.deepEqual(
    reports.map((ranges) => ranges.length),
    [400, 100],
  );
});

test("of a video with its own controls all is reported once it is more than before", async () => {
  const { api, reports } = server();
  const spans = [[0, 1.5]];
  const played = new Played({
    get played() {
      return { length: spans.length, start: (n) => spans[n][0], end: (n) => spans[n][1] };
    },
  });
  await reportWatched(api, "/watched", played);
  await reportWatched(api, "/watched", played);
  spans.push([4, 5]);
  await reportWatched(api, "/watched", played);
  assert.deepEqual(reports, [
    [[0, 1.5]],
    [
      [0, 1.5],
      [4, 5],
    ],
  ]);
});
