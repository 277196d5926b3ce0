import assert from "node:assert/strict";
import { test } from "node:test";

import { commit, redo, startHistory, undo } from "../../static/workbench/history.js";
import { emptyBody, setNote, setVerdict } from "../../static/workbench/model.js";

const threat = setVerdict(emptyBody(), "threat");
const unsure = setVerdict(emptyBody(), "unsure");

test("undo and redo walk the same path back and forth", () => {
  let history = commit(commit(startHistory(emptyBody()), threat, "verdict"), unsure, "verdict");
  history = undo(history);
  assert.equal(history.present.body, threat);
  history = undo(history);
  assert.equal(history.present.body.verdict, null);
  assert.equal(undo(history), history);
  history = redo(redo(history));
  assert.equal(history.present.body, unsure);
  assert.equal(redo(history), history);
});

test("a new act after an undo drops what could have been redone", () => {
  const history = commit(undo(commit(startHistory(emptyBody()), threat, "verdict")), unsure, "verdict");
  assert.equal(redo(history), history);
  assert.equal(undo(history).present.body.verdict, null);
});

test("an act that changes nothing is no step", () => {
  const history = startHistory(threat);
  assert.equal(commit(history, threat, "verdict"), history);
});

test("letters typed closely together are one step; after a pause they are another", () => {
  let history = startHistory(emptyBody());
  for (const [note, now] of [
    ["a", 0],
    ["ab", 300],
    ["abc", 900],
    ["abcd", 5000],
  ]) {
    history = commit(history, setNote(history.present.body, note), "note", { merge: "note", now });
  }
  history = undo(history);
  assert.equal(history.present.body.note, "abc");
  history = undo(history);
  assert.equal(history.present.body.note, "");
});

test("acts of different kinds never merge", () => {
  let history = commit(startHistory(emptyBody()), setNote(emptyBody(), "a"), "note", {
    merge: "note",
    now: 0,
  });
  history = commit(history, setVerdict(history.present.body, "threat"), "verdict", {
    merge: "verdict",
    now: 1,
  });
  assert.equal(undo(history).present.body.note, "a");
});
