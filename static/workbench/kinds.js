/**
 * What the thing is that is to be hidden: one of a few kinds, each a button and a digit.
 *
 * @import { Session } from "./session.js"
 */

import { html } from "../js/dom.js";
import { say } from "./text.js";

/**
 * @param {Session} session
 * @param {(code: string) => void} choose
 */
export const kindButtons = (session, choose) =>
  html(
    "span",
    { class: "group kinds", role: "group", "aria-label": say("kindOfRegion") },
    ...session.assignment.schema.hidden_kinds.map(({ code, name }, i) =>
      html(
        "button",
        {
          type: "button",
          class: "button",
          "aria-pressed": String(code === session.kind),
          "data-focus": `kind-${code}`,
          onclick: () => choose(code),
        },
        name,
        html("kbd", { "aria-hidden": "true" }, String(i + 1)),
      ),
    ),
  );
