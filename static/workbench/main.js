/**
 * Starts the labeling page: reads what the server put into it and binds keys and buttons.
 *
 * @import { Assignment, Texts } from "./types.js"
 */

import { Api } from "../js/api.js";
import { byId } from "../js/dom.js";
import { Flow } from "./flow.js";
import { Help } from "./help.js";
import { actionOf } from "./keys.js";
import { loadTexts } from "./text.js";

const REPORT_EVERY = 10_000;
/** What holding a key down repeats. */
const REPEATED = new Set(["back", "forward", "back10", "forward10", "nudge", "resize"]);
const FIELDS = "input, textarea, select";
const PRESSABLE = "button, a[href], summary, [role=button]";

/** @param {string} id */
const data = (id) => JSON.parse(byId(id, HTMLScriptElement).textContent ?? "null");

loadTexts(/** @type {Texts} */ (data("workbench-texts")));
const assignment = /** @type {Assignment} */ (data("workbench-data"));
const storage = `workbench:${document.body.dataset.person}`;
const api = new Api(document.body.dataset.csrf ?? "");
const help = new Help(`${storage}:keys`, () => {
  showKeys();
  bench.render();
});
const flow = new Flow(assignment, { api, help, storage });
const { bench } = flow;

function showKeys() {
  for (const key of document.querySelectorAll("kbd[data-keys]"))
    key.textContent = help.keyOf(key.getAttribute("data-keys") ?? "");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
  const target = event.target instanceof Element ? event.target : document.body;
  const action = actionOf(event, help.preferences);
  if (!action) return;
  const field = target.closest(FIELDS);
  if (field instanceof HTMLElement) {
    if (action.id === "deselect") field.blur();
    if (action.id !== "submit") return;
    event.preventDefault();
    field.blur();
    setTimeout(() => bench.working && bench.act("submit")); // what was being written counts
    return;
  }
  if ((action.chord === "Enter" || action.chord === "Space") && target.closest(PRESSABLE)) return;
  if (action.id === "confirm" && !bench.session.tool) return;
  event.preventDefault();
  if (event.repeat && !REPEATED.has(action.id)) return;
  if (bench.working || action.id === "help")
    bench.act(action.id, { chord: action.chord, repeat: event.repeat });
});

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-action]") : null;
  const action = button?.getAttribute("data-action");
  if (action && (bench.working || action === "help")) bench.act(action);
});
byId("instructions-button", HTMLButtonElement).addEventListener("click", () => bench.act("instructions"));

// A click elsewhere takes the focus from a field, so that its value is applied and keys act again. A click on
// a button takes no focus, so that Space goes on playing.
byId("content", HTMLElement).addEventListener(
  "pointerdown",
  (event) => {
    const field = document.activeElement;
    const elsewhere = event.target instanceof Element && event.target.closest("button, #stage, #scrubber");
    if (elsewhere && field instanceof HTMLElement && field.matches(FIELDS)) field.blur();
  },
  { capture: true },
);
document.addEventListener("mousedown", (event) => {
  if (event.target instanceof Element && event.target.closest("button") && !event.target.closest("dialog"))
    event.preventDefault();
});
// After a dialog the keys act on the clip again, not on the button that opened it. Its event does not bubble.
document.addEventListener(
  "close",
  () => {
    const way = document.querySelector("#stopped:not([hidden]) :is(a, button)");
    (way instanceof HTMLElement ? way : byId("content", HTMLElement)).focus({ preventScroll: true });
  },
  { capture: true },
);
for (const name of ["contextmenu", "dragstart"]) {
  byId("stage", HTMLElement).addEventListener(name, (event) => event.preventDefault());
}

setInterval(() => {
  void bench.reportWatched();
  void flow.checkNext();
}, REPORT_EVERY);
addEventListener("online", () => bench.autosave.retry());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "hidden") return;
  bench.player.pause(); // the page is not visible
  void bench.autosave.flush();
  void bench.reportWatched({ keepalive: true });
});
addEventListener("beforeunload", (event) => {
  if (flow.outbox.waiting > 0 || bench.autosave.state === "offline") event.preventDefault();
});
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // the server decides whether the clip may still be seen
});

showKeys();
void flow.start(assignment);
