import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import * as model from "../../static/workbench/model.js";

const CLIP = { width: 640, height: 360 };
const FRAMES = 100;

/** A body with one track that was drawn on frame 10. */
const withTrack = () =>
  model.addTrack(model.emptyBody(), { id: "t1", label: "person", frame: 10, box: [10, 20, 30, 40] });
const withEvent = () => model.addEvent(model.emptyBody(), { id: "e1", label: "package", start: 20, end: 40 });
const keyframes = (body) => model.findTrack(body, "t1").keyframes;

for (const golden of JSON.parse(
  readFileSync(new URL("../spec/interpolation.json", import.meta.url), "utf8"),
)) {
  test(`interpolation: ${golden.name}`, () => {
    for (const [frame, expected] of Object.entries(golden.expect)) {
      const shown = model.boxAt(golden.keyframes, Number(frame));
      if (expected === null) {
        assert.equal(shown, null, `frame ${frame}`);
        continue;
      }
      assert.equal(shown.occluded, expected.occluded, `frame ${frame}`);
      for (const [i, value] of expected.box.entries()) {
        assert.ok(Math.abs(value - shown.box[i]) < 1e-9, `frame ${frame}: ${shown.box}`);
      }
    }
  });
}

test("a box that is moved on a frame between keyframes makes that frame a keyframe", () => {
  const body = model.setBox(withTrack(), "t1", 30, [50, 20, 30, 40]);
  assert.deepEqual(
    keyframes(body).map(({ frame }) => frame),
    [10, 30],
  );
  assert.deepEqual(model.boxAt(keyframes(body), 20).box, [30, 20, 30, 40]);
});

test("drawing a box before the first keyframe keeps keyframes in order of frame", () => {
  const body = model.setBox(withTrack(), "t1", 3, [0, 0, 10, 10]);
  assert.deepEqual(
    keyframes(body).map(({ frame }) => frame),
    [3, 10],
  );
});

test("a moved box keeps that the thing is occluded", () => {
  const occluded = model.toggleOccluded(withTrack(), "t1", 12);
  const moved = model.setBox(occluded, "t1", 20, [0, 0, 10, 10]);
  assert.equal(model.boxAt(keyframes(moved), 25).occluded, true);
  assert.equal(model.boxAt(keyframes(moved), 11).occluded, false);
});

test("outside hides the box from this frame on and gives it back where it was", () => {
  const gone = model.toggleOutside(withTrack(), "t1", 30);
  assert.equal(model.boxAt(keyframes(gone), 29) !== null, true);
  assert.equal(model.boxAt(keyframes(gone), 30), null);
  const back = model.toggleOutside(gone, "t1", 50);
  assert.deepEqual(model.boxAt(keyframes(back), 60).box, [10, 20, 30, 40]);
  assert.equal(model.boxAt(keyframes(back), 40), null);
});

test("a box drawn while the track is outside brings it back", () => {
  const gone = model.toggleOutside(withTrack(), "t1", 30);
  const back = model.setBox(gone, "t1", 40, [1, 2, 10, 10]);
  assert.deepEqual(model.boxAt(keyframes(back), 40).box, [1, 2, 10, 10]);
});

test("a keyframe toggled twice leaves the track as it was, and the last one cannot be taken away", () => {
  const start = withTrack();
  const once = model.toggleKeyframe(start, "t1", 50);
  assert.equal(keyframes(once).length, 2);
  assert.ok(model.sameBody(model.toggleKeyframe(once, "t1", 50), start));
  assert.equal(model.toggleKeyframe(start, "t1", 10), start);
});

test("neighbouring keyframes are found in both directions and none beyond the ends", () => {
  const track = model.findTrack(model.setBox(withTrack(), "t1", 30, [0, 0, 9, 9]), "t1");
  assert.equal(model.neighbourKeyframe(track, 20, 1), 30);
  assert.equal(model.neighbourKeyframe(track, 20, -1), 10);
  assert.equal(model.neighbourKeyframe(track, 10, -1), null);
  assert.equal(model.neighbourKeyframe(track, 30, 1), null);
});

test("an event's edge that is moved past the other pushes it along", () => {
  const later = model.changeEvent(withEvent(), "e1", { start: 60 }, FRAMES);
  assert.deepEqual([later.events[0].start, later.events[0].end], [60, 60]);
  const earlier = model.changeEvent(withEvent(), "e1", { end: 5 }, FRAMES);
  assert.deepEqual([earlier.events[0].start, earlier.events[0].end], [5, 5]);
});

test("an event never leaves the clip", () => {
  const { events } = model.changeEvent(withEvent(), "e1", { start: -4, end: 400 }, FRAMES);
  assert.deepEqual([events[0].start, events[0].end], [0, 99]);
});

test("events stay in order of time", () => {
  const body = model.addEvent(withEvent(), { id: "e2", label: "animal", start: 3, end: 9 });
  assert.deepEqual(
    body.events.map(({ id }) => id),
    ["e2", "e1"],
  );
});

test("changes that change nothing return the same body, so that nothing is saved or undone", () => {
  const body = model.setVerdict(model.setBox(withTrack(), "t1", 10, [1, 1, 9, 9]), "threat");
  assert.equal(model.setVerdict(body, "threat"), body);
  assert.equal(model.labelTrack(body, "t1", "person"), body);
  assert.equal(model.removeTrack(body, "t7"), body);
  assert.equal(model.removeEvent(body, "e7"), body);
  assert.equal(model.changeEvent(body, "e7", { start: 1 }, FRAMES), body);
});

test("no change touches the body that it started from", () => {
  const body = withTrack();
  const before = structuredClone(body);
  model.setBox(body, "t1", 40, [0, 0, 9, 9]);
  model.toggleOutside(body, "t1", 10);
  model.toggleOccluded(body, "t1", 10);
  model.removeTrack(body, "t1");
  assert.deepEqual(body, before);
});

test("boxes are kept inside the picture, at least the smallest size, on tenths of a pixel", () => {
  assert.deepEqual(model.fitBox([-5, 350.04, 20, 20], CLIP), [0, 340, 20, 20]);
  assert.deepEqual(model.fitBox([1.234, 2.345, 0, 1], CLIP), [
    1.2,
    2.3,
    model.SMALLEST_BOX,
    model.SMALLEST_BOX,
  ]);
  assert.deepEqual(model.fitBox([100, 100, 9000, 9000], CLIP), [0, 0, 640, 360]);
});

test("ids are never used twice while one with a higher number is there", () => {
  const body = model.removeTrack(
    model.addTrack(withTrack(), { id: "t2", label: "person", frame: 1, box: [0, 0, 9, 9] }),
    "t1",
  );
  assert.equal(model.freshId(body.tracks, "t"), "t3");
  assert.equal(model.freshId([{ id: "from-elsewhere" }], "e"), "e1");
});

test("bodies that differ only in an attribute that no script knows are not the same", () => {
  const body = { ...withEvent(), tracks: withTrack().tracks };
  const changes = [
    (copy) => (copy.unheard = 1),
    (copy) => (copy.events[0].unheard = { deep: [1, 2] }),
    (copy) => (copy.tracks[0].unheard = "x"),
    (copy) => (copy.tracks[0].keyframes[0].unheard = false),
  ];
  for (const change of changes) {
    const changed = structuredClone(body);
    change(changed);
    assert.ok(!model.sameBody(body, changed));
    assert.ok(!model.sameBody(changed, body));
    assert.ok(model.sameBody(changed, structuredClone(changed)));
  }
});

test("bodies are the same whatever the order in which a server or a browser wrote their members", () => {
  const { events, ...rest } = withEvent();
  const [{ id, ...event }] = events;
  assert.ok(model.sameBody(withEvent(), { events: [{ ...event, id }], ...rest }));
  assert.ok(!model.sameBody({ ...withEvent(), events: [] }, { ...withEvent(), events: {} }));
});

test("an attribute that no script knows outlives every change of its event, track or keyframe", () => {
  const event = model.setAttribute(withEvent(), "events", "e1", "unheard", "x");
  assert.equal(model.changeEvent(event, "e1", { start: 5, label: "animal" }, FRAMES).events[0].unheard, "x");
  const track = model.labelTrack(
    model.setAttribute(withTrack(), "tracks", "t1", "unheard", "x"),
    "t1",
    "animal",
  );
  assert.equal(track.tracks[0].unheard, "x");
  track.tracks[0].keyframes[0].unheard = 7;
  const moved = model.toggleOccluded(model.setBox(track, "t1", 30, [0, 0, 9, 9]), "t1", 50);
  const gone = model.toggleOutside(moved, "t1", 60);
  assert.deepEqual(
    keyframes(gone).map((keyframe) => keyframe.unheard),
    [7, 7, 7, 7],
  );
});

test("an attribute set to what it is already changes nothing", () => {
  const body = model.setAttribute(withEvent(), "events", "e1", "unheard", "x");
  assert.equal(model.setAttribute(body, "events", "e1", "unheard", "x"), body);
  assert.equal(model.setAttribute(body, "events", "e9", "unheard", "y"), body);
});
