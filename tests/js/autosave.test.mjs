import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { ApiError } from "../../static/js/api.js";
import { Autosave, dropOldDrafts } from "../../static/workbench/autosave.js";
import { emptyBody, setNote } from "../../static/workbench/model.js";

const note = (text) => setNote(emptyBody(), text);
const tick = async (ms = 0) => {
  mock.timers.tick(ms);
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

/** A server with one draft, whose answers a test can change, and the autosave that talks to it. */
function setup(t, { revision = 0, stored = null } = {}) {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  const memory = new Map(stored ? [["draft", JSON.stringify(stored)]] : []);
  const server = {
    revision,
    body: null,
    puts: 0,
    answer: null,
    async put(draft) {
      server.puts++;
      if (server.answer) return server.answer(draft);
      if (draft.revision !== server.revision) {
        throw new ApiError(409, "draft_conflict", "", { revision: server.revision, body: server.body });
      }
      server.body = draft.body;
      return { revision: ++server.revision };
    },
  };
  const states = [];
  const stopped = [];
  const refused = [];
  const autosave = new Autosave({
    revision,
    key: "draft",
    put: server.put,
    store: {
      getItem: (key) => memory.get(key) ?? null,
      setItem: (key, value) => memory.set(key, value),
      removeItem: (key) => memory.delete(key),
    },
    onState: (state) => states.push(state),
    onStopped: (error) => stopped.push(error.code),
    onRefused: (error) => refused.push(error.code),
  });
  return { autosave, server, memory, states, stopped, refused };
}

test("changes that follow each other closely are saved once, with the last body", async (t) => {
  const { autosave, server, states } = setup(t);
  for (const text of ["a", "ab", "abc"]) {
    autosave.change(note(text));
    await tick(100);
  }
  assert.equal(server.puts, 0);
  await tick(400);
  assert.equal(server.puts, 1);
  assert.equal(server.body.note, "abc");
  assert.deepEqual(states, ["unsaved", "saving", "saved"]);
});

test("a change is in the browser's storage until the server has it", async (t) => {
  const { autosave, memory } = setup(t);
  autosave.change(note("kept"));
  assert.equal(autosave.backup().body.note, "kept");
  await tick(400);
  assert.equal(memory.size, 0);
});

test("a change made while a save is under way is saved after it", async (t) => {
  const { autosave, server, memory } = setup(t);
  let release;
  server.answer = async (draft) => {
    server.body = draft.body;
    await new Promise((resolve) => (release = resolve));
    return { revision: ++server.revision };
  };
  autosave.change(note("first"));
  await tick(400);
  autosave.change(note("second"));
  server.answer = null;
  release();
  await tick();
  assert.equal(memory.size, 1, "the second change is still only here");
  await tick(400);
  assert.equal(server.body.note, "second");
  assert.equal(server.revision, 2);
  assert.equal(autosave.state, "saved");
});

test("without a network it says so, keeps trying, and saves when the network is back", async (t) => {
  const { autosave, server, states, memory } = setup(t);
  server.answer = async () => {
    throw new TypeError("Failed to fetch");
  };
  autosave.change(note("x"));
  await tick(400);
  assert.equal(autosave.state, "offline");
  await tick(1000);
  assert.equal(server.puts, 2);
  autosave.change(note("xy"));
  server.answer = null;
  await tick(2000);
  assert.equal(server.body.note, "xy");
  assert.equal(memory.size, 0);
  assert.equal(states.at(-1), "saved");
});

test("a busy server or an ended session is waited out, not taken for a refusal", async (t) => {
  for (const status of [401, 403, 429, 503]) {
    const { autosave, server, stopped } = setup(t);
    server.answer = async () => {
      throw new ApiError(status, "x", "", null);
    };
    autosave.change(note("x"));
    await tick(400);
    assert.equal(autosave.state, "offline", String(status));
    assert.deepEqual(stopped, []);
    mock.timers.reset();
  }
});

test("a lost lease stops saving, keeps the labels in the browser and says why", async (t) => {
  const { autosave, server, stopped, memory } = setup(t);
  server.answer = async () => {
    throw new ApiError(409, "lease_lost", "", null);
  };
  autosave.change(note("x"));
  await tick(400);
  assert.deepEqual(stopped, ["lease_lost"]);
  autosave.change(note("y"));
  await tick(5000);
  assert.equal(server.puts, 1);
  assert.equal(memory.size, 1);
});

test("labels changed after the clip was submitted in another tab stop saving and say why", async (t) => {
  const { autosave, server, stopped } = setup(t);
  server.answer = async () => {
    throw new ApiError(409, "already_submitted", "", null);
  };
  autosave.change(note("x"));
  await tick(400);
  assert.deepEqual(stopped, ["already_submitted"]);
});

test("labels that the server refuses stay in the browser, and the next change is tried", async (t) => {
  const { autosave, server, stopped, refused, memory } = setup(t);
  server.answer = async () => {
    throw new ApiError(400, "invalid_body", "", null);
  };
  autosave.change(note("x"));
  await tick(400);
  assert.equal(autosave.state, "refused");
  assert.deepEqual([stopped, refused, memory.size], [[], ["invalid_body"], 1]);
  await tick(60_000);
  assert.equal(server.puts, 1, "the same labels are not sent again");
  server.answer = null;
  autosave.change(note("y"));
  await tick(400);
  assert.equal(server.body.note, "y");
  assert.equal(autosave.state, "saved");
});

test("another tab's labels are not written over until the person has chosen", async (t) => {
  const { autosave, server } = setup(t);
  server.revision = 5;
  server.body = note("theirs");
  autosave.change(note("mine"));
  await tick(400);
  assert.equal(autosave.state, "conflict");
  autosave.change(note("mine, more"));
  await tick(5000);
  assert.equal(server.body.note, "theirs");
  assert.equal(autosave.resolve("mine", note("mine, more")).note, "mine, more");
  await tick(400);
  assert.equal(server.body.note, "mine, more");
  assert.equal(autosave.state, "saved");
});

test("taking the other tab's labels saves nothing and goes on from their revision", async (t) => {
  const { autosave, server, memory } = setup(t);
  server.revision = 5;
  server.body = note("theirs");
  autosave.change(note("mine"));
  await tick(400);
  assert.equal(autosave.resolve("theirs", note("mine")).note, "theirs");
  await tick(5000);
  assert.equal(server.puts, 1);
  assert.equal(memory.size, 0);
  autosave.change(note("theirs, more"));
  await tick(400);
  assert.equal(server.body.note, "theirs, more");
});

test("a conflict with our own write, whose answer was lost, is none", async (t) => {
  const { autosave, server } = setup(t);
  server.answer = async (draft) => {
    server.body = structuredClone(draft.body);
    server.revision++;
    throw new TypeError("connection reset");
  };
  autosave.change(note("x"));
  await tick(400);
  server.answer = null;
  await tick(1000);
  assert.equal(autosave.state, "saved");
  assert.equal(autosave.revision, 1);
});

test("flush saves at once what waits", async (t) => {
  const { autosave, server } = setup(t);
  autosave.change(note("x"));
  await autosave.flush();
  assert.equal(server.body.note, "x");
});

test("a broken backup is no backup", (t) => {
  const { autosave, memory } = setup(t);
  for (const text of ["{", "null", '{"revision":"x","body":{}}', '{"revision":1}']) {
    memory.set("draft", text);
    assert.equal(autosave.backup(), null);
  }
});

test("labels that nobody came back for in a week are dropped, others are kept", () => {
  const day = 24 * 3600 * 1000;
  const store = {
    "w:p1:draft:old": JSON.stringify({ at: 0 }),
    "w:p1:draft:new": JSON.stringify({ at: 9 * day }),
    "w:p1:draft:broken": "{",
    "w:p1:keys": "{}",
    "w:p2:draft:old": JSON.stringify({ at: 0 }),
  };
  Object.defineProperties(store, {
    getItem: { value: (key) => store[key] },
    removeItem: { value: (key) => delete store[key] },
  });
  dropOldDrafts(store, "w:p1", 10 * day);
  assert.deepEqual(Object.keys(store), ["w:p1:draft:new", "w:p1:keys", "w:p2:draft:old"]);
});

test("labels with an attribute that no script knows are backed up, saved, and told apart in a conflict", async (t) => {
  const unheard = {
    ...emptyBody(),
    events: [{ id: "e1", label: "package", start: 1, end: 2, unheard: "x" }],
  };
  const { autosave, server } = setup(t);
  autosave.change(unheard);
  assert.deepEqual(autosave.backup().body, unheard);
  await tick(400);
  assert.deepEqual(server.body, unheard);

  const [event] = unheard.events;
  server.revision = 5;
  server.body = { ...unheard, events: [{ ...event, unheard: "y" }] };
  autosave.change({ ...unheard, note: "" });
  await tick(400);
  assert.equal(autosave.state, "conflict");
  assert.equal(autosave.theirs.body.events[0].unheard, "y");
});

test("a name of JavaScript's own in what is stored, or what a server says, changes no other object", async (t) => {
  const poison =
    '{"revision": 1, "body": {"note": "a", "__proto__": {"poisoned": 1}, "constructor": {"prototype": {"poisoned": 1}}}}';
  const { autosave, memory, server } = setup(t);
  memory.set("draft", poison);
  const kept = autosave.backup();
  assert.equal(kept?.body.note, "a");
  autosave.change(setNote(kept.body, "b"));
  server.answer = () => {
    throw new ApiError(409, "draft_conflict", "", JSON.parse(poison));
  };
  await tick(400);
  assert.equal(autosave.state, "conflict");
  assert.equal({}.poisoned, undefined);
  assert.equal(Object.prototype.poisoned, undefined);
});

test("a name of JavaScript's own among the keys of the storage is dropped like any other", () => {
  const memory = new Map([["p:draft:__proto__", '{"__proto__": {"poisoned": 1}, "at": 0}']]);
  const store = { getItem: (key) => memory.get(key), removeItem: (key) => memory.delete(key) };
  for (const key of memory.keys()) Object.defineProperty(store, key, { enumerable: true });
  dropOldDrafts(store, "p", 10 ** 12);
  assert.equal(memory.size, 0);
  assert.equal({}.poisoned, undefined);
});
