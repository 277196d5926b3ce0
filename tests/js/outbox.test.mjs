import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { ApiError } from "../../static/js/api.js";
import { emptyBody } from "../../static/workbench/model.js";
import { Outbox } from "../../static/workbench/outbox.js";

const answer = (id) => ({ id, url: `/submit/${id}`, body: emptyBody(), revision: 3 });
const microtasks = async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

/** A browser's storage whose own keys are its content, as `localStorage` is. */
function storage(content = {}) {
  const store = { ...content };
  Object.defineProperties(store, {
    getItem: { value: (key) => store[key] ?? null },
    setItem: { value: (key, value) => (store[key] = value) },
    removeItem: { value: (key) => delete store[key] },
  });
  return store;
}

function setup(t, { store = storage(), respond = async () => ({ next: null }) } = {}) {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  const sent = [];
  const bodies = [];
  const refused = [];
  const waiting = [];
  const api = {
    respond,
    send: (method, url, body) => {
      sent.push([method, url, body.revision]);
      bodies.push(body.body);
      return api.respond(url);
    },
  };
  const outbox = new Outbox(api, store, "w:p1:answer:", {
    onWaiting: (count, offline) => waiting.push([count, offline]),
    onRefused: (given, error) => refused.push([given.id, error.code]),
  });
  return { outbox, api, store, sent, bodies, refused, waiting };
}

test("an answer stays in the browser until the server has it", async (t) => {
  let release;
  const { outbox, store, sent } = setup(t, { respond: () => new Promise((resolve) => (release = resolve)) });
  const delivered = outbox.send(answer("a"));
  assert.deepEqual(Object.keys(store), ["w:p1:answer:a"]);
  release({ next: null });
  assert.equal(await delivered, true);
  assert.deepEqual(Object.keys(store), []);
  assert.deepEqual(sent, [["POST", "/submit/a", 3]]);
});

test("without a network it is sent again until it arrives, and the page is told", async (t) => {
  const { outbox, api, sent, waiting } = setup(t, {
    respond: async () => {
      throw new TypeError("Failed to fetch");
    },
  });
  const delivered = outbox.send(answer("a"));
  await microtasks();
  assert.deepEqual(waiting.at(-1), [1, true]);
  api.respond = async () => ({ next: null });
  mock.timers.tick(1000);
  assert.equal(await delivered, true);
  assert.equal(sent.length, 2);
  assert.deepEqual(waiting.at(-1), [0, false]);
});

test("a refusal is reported and not tried again", async (t) => {
  const { outbox, sent, refused, waiting } = setup(t, {
    respond: async () => {
      throw new ApiError(409, "lease_lost", "", null);
    },
  });
  assert.equal(await outbox.send(answer("a")), false);
  assert.deepEqual(refused, [["a", "lease_lost"]]);
  assert.equal(sent.length, 1);
  assert.deepEqual(waiting.at(-1), [0, false]);
});

test("what an earlier page could not send is sent by the next one, for the same person only", async (t) => {
  const store = storage({
    "w:p1:answer:a": JSON.stringify(answer("a")),
    "w:p2:answer:b": JSON.stringify(answer("b")),
    "w:p1:answer:c": "{",
  });
  const { outbox, sent } = setup(t, { store });
  await outbox.resume();
  assert.deepEqual(
    sent.map(([, url]) => url),
    ["/submit/a"],
  );
  assert.deepEqual(Object.keys(store), ["w:p2:answer:b"]);
});

test("an answer is sent to the last attribute as it was handed in, also by a later page", async (t) => {
  const body = { ...emptyBody(), events: [{ id: "e1", label: "package", start: 1, end: 2, unheard: "x" }] };
  const store = storage({ "w:p1:answer:a": JSON.stringify({ ...answer("a"), body }) });
  const { outbox, bodies } = setup(t, { store });
  await outbox.resume();
  assert.deepEqual(bodies, [body]);
});
