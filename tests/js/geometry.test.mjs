import assert from "node:assert/strict";
import { test } from "node:test";

import { SMALLEST_BOX } from "../../static/workbench/model.js";
import { dragged } from "../../static/workbench/overlay.js";
import { packed, trackColor, visibleSpans } from "../../static/workbench/timeline.js";

const CLIP = { width: 640, height: 360, frames: 100 };
const keyframe = (frame, outside = false) => ({ frame, box: [0, 0, 10, 10], outside, occluded: false });
const event = (id, start, end) => ({ id, label: "x", start, end });

test("a box is moved whole, and stops at the edge of the picture with its size kept", () => {
  assert.deepEqual(dragged([10, 20, 30, 40], "", 5, -5, CLIP), [15, 15, 30, 40]);
  assert.deepEqual(dragged([10, 20, 30, 40], "", -50, 900, CLIP), [0, 320, 30, 40]);
});

test("an edge that is dragged leaves the opposite one where it is", () => {
  assert.deepEqual(dragged([10, 20, 30, 40], "e", 5, 99, CLIP), [10, 20, 35, 40]);
  assert.deepEqual(dragged([10, 20, 30, 40], "nw", 5, 10, CLIP), [15, 30, 25, 30]);
});

test("an edge that is dragged past the opposite one turns the box over", () => {
  assert.deepEqual(dragged([100, 100, 20, 20], "e", -60, 0, CLIP), [60, 100, 40, 20]);
  assert.deepEqual(dragged([100, 100, 20, 20], "n", 0, 60, CLIP), [100, 120, 20, 40]);
});

test("a corner that is dragged out of the picture stops at its edge", () => {
  assert.deepEqual(dragged([600, 300, 20, 20], "se", 500, 500, CLIP), [600, 300, 40, 60]);
});

test("a sketch from a point grows in the direction of the pointer", () => {
  assert.deepEqual(dragged([100, 100, 0, 0], "se", -40, 30, CLIP), [60, 100, 40, 30]);
  assert.deepEqual(dragged([100, 100, 0, 0], "se", 1, 1, CLIP), [100, 100, SMALLEST_BOX, SMALLEST_BOX]);
});

test("events that overlap stand under each other, others share a row", () => {
  assert.deepEqual(
    packed([event("a", 0, 10), event("b", 5, 20), event("c", 11, 15), event("d", 6, 7)]),
    [0, 1, 0, 2],
  );
  assert.deepEqual(packed([event("a", 0, 10), event("b", 10, 20)]), [0, 1], "both are on frame 10");
  assert.deepEqual(packed([]), []);
});

test("a track is drawn where it is in the picture, to the end of the clip", () => {
  assert.deepEqual(visibleSpans({ keyframes: [keyframe(5), keyframe(20)] }, CLIP), [[5, 100]]);
  assert.deepEqual(visibleSpans({ keyframes: [keyframe(5), keyframe(20, true), keyframe(40)] }, CLIP), [
    [5, 20],
    [40, 100],
  ]);
  assert.deepEqual(visibleSpans({ keyframes: [keyframe(5, true)] }, CLIP), []);
});

test("every id has one of the colours, also one from elsewhere", () => {
  assert.deepEqual(
    ["t1", "t2", "t6", "t7", "somebody's", "t0"].map((id) => trackColor({ id })),
    [0, 1, 5, 0, 0, 0],
  );
});
