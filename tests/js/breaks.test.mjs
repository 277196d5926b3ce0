import assert from "node:assert/strict";
import { test } from "node:test";

import { minutesWorked, worked } from "../../static/workbench/breaks.js";

const MINUTE = 60_000;

test("work with short gaps is one stretch", () => {
  let stretch = null;
  for (let minute = 0; minute <= 54; minute += 9) stretch = worked(stretch, minute * MINUTE);
  assert.equal(minutesWorked(stretch, 55 * MINUTE), 54);
});

test("a pause begins a new stretch", () => {
  const stretch = worked(worked(null, 0), 30 * MINUTE);
  assert.equal(minutesWorked(stretch, 31 * MINUTE), 0);
  assert.equal(minutesWorked(worked(null, 0), 30 * MINUTE), 0);
});
