import assert from "node:assert/strict";
import { test } from "node:test";

import { shown, withNumber } from "../../static/workbench/fields.js";

test("a number that is written replaces only itself: the others keep their tenths", () => {
  assert.deepEqual(withNumber([10.4, 20.6, 30.2, 40.8], 1, "25"), [10.4, 25, 30.2, 40.8]);
});

test("an empty field changes nothing", () => {
  assert.deepEqual(withNumber([10.4, 20.6, 30.2, 40.8], 0, " "), [10.4, 20.6, 30.2, 40.8]);
});

test("numbers are shown without decimals", () => {
  assert.equal(shown(10.6), "11");
});
