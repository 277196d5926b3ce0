import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { Lease, leaseLeft } from "../../static/workbench/lease.js";

const START = Date.parse("2026-01-01T12:00:00Z");
const at = (seconds) => new Date(START + seconds * 1000).toISOString();

/** A lease on a page whose clock goes `slow` seconds behind the server's. */
function setup(t, { seconds, slow = 0 }) {
  mock.timers.enable({ apis: ["setInterval", "Date"], now: START - slow * 1000 });
  t.after(() => mock.timers.reset());
  const said = [];
  const lease = new Lease({
    onTick: (left) => (said.left = left),
    onWarn: () => said.push("warn"),
    onEnd: () => said.push("end"),
  });
  lease.start({ lease_until: at(seconds), lease_seconds: seconds, server_time: at(0) }, Date.now());
  return { lease, said };
}

test("it warns once a minute before the end, and ends once", (t) => {
  const { said } = setup(t, { seconds: 1200 });
  mock.timers.tick(1_139_000);
  assert.deepEqual([...said], []);
  mock.timers.tick(2000);
  assert.deepEqual([...said], ["warn"]);
  mock.timers.tick(120_000);
  assert.deepEqual([...said], ["warn", "end"]);
});

test("a short lease warns a fifth before its end", (t) => {
  const { said } = setup(t, { seconds: 100 });
  mock.timers.tick(79_000);
  assert.deepEqual([...said], []);
  mock.timers.tick(2000);
  assert.deepEqual([...said], ["warn"]);
});

test("it goes by the server's clock", (t) => {
  const { said } = setup(t, { seconds: 600, slow: 3600 });
  assert.equal(said.left, 600);
  mock.timers.tick(550_000);
  mock.timers.tick(50_000);
  assert.deepEqual([...said], ["warn", "end"]);
});

test("more time takes the warning back", (t) => {
  const { lease, said } = setup(t, { seconds: 600 });
  mock.timers.tick(550_000);
  lease.extend(at(1200));
  mock.timers.tick(60_000);
  assert.deepEqual([...said], ["warn"]);
  mock.timers.tick(540_000);
  assert.deepEqual([...said], ["warn", "warn"]);
});

test("a stopped lease says nothing", (t) => {
  const { lease, said } = setup(t, { seconds: 60 });
  lease.stop();
  mock.timers.tick(600_000);
  assert.deepEqual([...said], []);
});

test("what is left of a lease that was handed out a while ago is told without a clock of one's own", (t) => {
  mock.timers.enable({ apis: ["Date"], now: 5_000_000 });
  t.after(() => mock.timers.reset());
  assert.equal(leaseLeft({ lease_until: at(600), server_time: at(0) }, 5_000_000 - 100_000), 500);
});
