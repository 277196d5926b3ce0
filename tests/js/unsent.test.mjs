import assert from "node:assert/strict";
import { test } from "node:test";

import { unsent } from "../../static/accounts/unsent.js";
import { draftKey } from "../../static/workbench/autosave.js";

test("drafts and answers of this person count, and nothing else", () => {
  const store = {
    [draftKey("workbench:ann", "1")]: "{}",
    "workbench:ann:answer:2": "{}",
    "workbench:ann:keys": "{}",
    [draftKey("workbench:bob", "3")]: "{}",
    theme: "dark",
  };
  assert.equal(unsent(store, "ann"), 2);
  assert.equal(unsent(store, "eve"), 0);
});
