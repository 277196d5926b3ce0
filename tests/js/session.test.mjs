import assert from "node:assert/strict";
import { test } from "node:test";

import { Session } from "../../static/workbench/session.js";

const KINDS = [
  { code: "face", name: "Face" },
  { code: "licence_plate", name: "Licence plate" },
];
const session = () =>
  new Session(
    {
      clip: { frames: 30, frame_rate: 15, presentation_times: [] },
      schema: { tracks: [], events: [], hidden_kinds: KINDS },
    },
    null,
  );
const box = [1, 2, 30, 40];

test("what is marked to be hidden is a face unless it is said", () => {
  assert.equal(session().kind, "face");
});

test("a kind is that of the last thing marked, and of those that come", () => {
  const clip = session();
  clip.regions = [
    { frame: 1, box, kind: clip.kind },
    { frame: 2, box, kind: clip.kind },
  ];
  clip.chooseKind("licence_plate");
  assert.deepEqual(
    clip.regions.map(({ kind }) => kind),
    ["face", "licence_plate"],
  );
  assert.equal(clip.kind, "licence_plate");
  assert.equal(clip.kindName("licence_plate"), "Licence plate");
});

test("it can be chosen before anything is drawn", () => {
  const clip = session();
  clip.chooseKind("licence_plate");
  assert.deepEqual(clip.regions, []);
  assert.equal(clip.kind, "licence_plate");
});
