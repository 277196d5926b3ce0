import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ACTIONS,
  actionOf,
  canRemap,
  chordsOf,
  DEFAULTS,
  isSingle,
  keysOf,
  readPreferences,
  remap,
} from "../../static/workbench/keys.js";

const press = (key, code, modifiers = {}) => ({
  key,
  code,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...modifiers,
});
const act = (...args) => actionOf(press(...args), DEFAULTS)?.id ?? null;

test("no key has two meanings", () => {
  const keys = ACTIONS.flatMap((action) => action.keys);
  assert.equal(new Set(keys).size, keys.length);
});

test("the keys of the product do what it says", () => {
  assert.equal(act(" ", "Space"), "play");
  assert.equal(act("ArrowLeft", "ArrowLeft"), "back");
  assert.equal(act("ArrowRight", "ArrowRight", { shiftKey: true }), "forward10");
  assert.equal(act("b", "KeyB"), "box");
  assert.equal(act("[", "BracketLeft"), "previousKeyframe");
  assert.equal(act("?", "Slash", { shiftKey: true }), "help");
  assert.equal(act("z", "KeyZ", { ctrlKey: true }), "undo");
  assert.equal(act("Z", "KeyZ", { ctrlKey: true, shiftKey: true }), "redo");
  assert.equal(act("Enter", "Enter", { ctrlKey: true }), "submit");
  assert.equal(act("z", "KeyZ", { metaKey: true }), "undo", "Command is Control on a Mac");
  assert.equal(act("b", "KeyB", { ctrlKey: true }), null, "the browser's own shortcuts stay its own");
  assert.equal(act("Shift", "ShiftLeft", { shiftKey: true }), null);
});

test("keys work on layouts that type other characters", () => {
  assert.equal(act("ब", "KeyB"), "box", "Devanagari");
  assert.equal(act("&", "Digit1"), "label", "French digits need no Shift");
  assert.equal(
    act("[", "Digit5", { ctrlKey: true, altKey: true }),
    "previousKeyframe",
    "AltGr is Ctrl and Alt",
  );
  assert.equal(act("a", "KeyQ"), null, "on a French board the letter counts, not its place");
});

test("with single keys off only chords with a modifier and keys without a character act", () => {
  const off = { ...DEFAULTS, single: false };
  assert.equal(actionOf(press("b", "KeyB"), off), null);
  assert.equal(actionOf(press("1", "Digit1"), off), null);
  assert.equal(actionOf(press(" ", "Space"), off), null);
  assert.equal(actionOf(press("Enter", "Enter", { ctrlKey: true }), off)?.id, "submit");
  assert.equal(actionOf(press("ArrowLeft", "ArrowLeft"), off)?.id, "back");
});

test("a remapped action answers to its new key alone", () => {
  const { preferences, takenBy } = remap(DEFAULTS, "box", "R");
  assert.equal(takenBy, null);
  assert.equal(actionOf(press("r", "KeyR"), preferences)?.id, "box");
  assert.equal(actionOf(press("b", "KeyB"), preferences), null);
});

test("a key that is taken is refused and its owner named", () => {
  const result = remap(DEFAULTS, "box", "F");
  assert.equal(result.takenBy, "flag");
  assert.equal(result.preferences, DEFAULTS);
});

test("digits and nudges cannot be remapped one by one", () => {
  assert.equal(canRemap("label"), false);
  assert.deepEqual(keysOf("label", { single: true, keys: { label: "R" } }), [
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
  ]);
});

test("broken stored preferences fall back to the standard", () => {
  for (const stored of [null, "", "{", "[]", '{"single":"no"}', '{"single":true,"keys":null}']) {
    assert.deepEqual(readPreferences(stored), DEFAULTS);
  }
  assert.deepEqual(readPreferences('{"single":false,"keys":{"box":"R","nonsense":"P","flag":4}}'), {
    single: false,
    keys: { box: "R" },
  });
});

test("single keys are characters, with or without Shift", () => {
  for (const chord of ["B", "1", "?", "Space", "Shift+B"]) assert.ok(isSingle(chord), chord);
  for (const chord of ["Ctrl+Z", "ArrowLeft", "Alt+ArrowUp", "Delete", "Escape"])
    assert.ok(!isSingle(chord), chord);
  assert.deepEqual(chordsOf(press("B", "KeyB", { shiftKey: true })), ["Shift+B"]);
});

test("a key of one's own outlives the renaming of its action", () => {
  const kept = readPreferences(JSON.stringify({ single: true, keys: { missedFace: "H" } }));
  assert.deepEqual(kept.keys, { hide: "H" });
});

test("a name of JavaScript's own in stored preferences is no action and changes no other object", () => {
  const read = readPreferences(
    '{"single": true, "keys": {"__proto__": "x", "constructor": "y"}, "__proto__": {"a": 1}}',
  );
  assert.deepEqual(read, { single: true, keys: {} });
  assert.equal({}.a, undefined);
});
