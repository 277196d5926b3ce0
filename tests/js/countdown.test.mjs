import assert from "node:assert/strict";
import { test } from "node:test";

import { Countdown } from "../../static/accounts/countdown.js";

const MINUTE = 60_000;

test("it waits, tells, and is over", () => {
  const countdown = new Countdown(0, 15 * 60, 120);
  assert.equal(countdown.due(13 * MINUTE - 1), "wait");
  assert.equal(countdown.due(13 * MINUTE), "tell");
  assert.equal(countdown.due(15 * MINUTE), "over");
});

test("whoever did something is not told: the server is asked", () => {
  const countdown = new Countdown(0, 15 * 60, 120);
  countdown.act();
  assert.equal(countdown.due(12 * MINUTE), "wait");
  assert.equal(countdown.due(13 * MINUTE), "ask");
  countdown.begin(13 * MINUTE, 15 * 60);
  assert.equal(countdown.due(14 * MINUTE), "wait");
  assert.equal(countdown.due(26 * MINUTE), "tell");
});
