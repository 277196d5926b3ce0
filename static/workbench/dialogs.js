/**
 * The dialogs that ask something: flag, skip, and which of two sets of labels to keep.
 *
 * @import { Body, Choice } from "./types.js"
 */

import { byId, html, kbd } from "../js/dom.js";
import { say } from "./text.js";

/**
 * @param {HTMLDialogElement} dialog
 * @returns {Promise<string>} the value of the button that closed it; "cancel" for Escape
 */
function ask(dialog) {
  dialog.returnValue = "cancel";
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }),
  );
}

/**
 * Asks for a category or a reason: a digit chooses it, Ctrl+Enter sends.
 *
 * @param {"flag" | "skip"} kind
 * @param {Choice[]} choices
 * @returns {Promise<{ code: string, note: string } | null>} null when cancelled
 */
export async function askReason(kind, choices) {
  const dialog = byId(`${kind}-dialog`, HTMLDialogElement);
  const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
  const fieldset = /** @type {HTMLFieldSetElement} */ (dialog.querySelector("fieldset"));
  const note = /** @type {HTMLTextAreaElement} */ (dialog.querySelector("textarea"));
  const radios = choices.map(({ code }) =>
    html("input", { type: "radio", name: "code", value: code, required: true }),
  );
  note.value = "";
  fieldset.replaceChildren(
    /** @type {Element} */ (fieldset.querySelector("legend")),
    ...choices.map(({ name }, i) => html("label", {}, radios[i], name, i < 9 ? kbd(String(i + 1)) : null)),
  );
  const keys = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(/** @type {HTMLButtonElement} */ (form.querySelector("button[value=send]")));
    }
    const radio = event.target === note ? undefined : radios[Number(event.key) - 1];
    if (radio) {
      radio.checked = true;
      radio.focus();
    }
  };
  dialog.addEventListener("keydown", keys);
  const answer = ask(dialog);
  radios[0]?.focus();
  const closed = await answer;
  dialog.removeEventListener("keydown", keys);
  const code = radios.find((radio) => radio.checked)?.value;
  return closed === "send" && code !== undefined ? { code, note: note.value.trim() } : null;
}

/**
 * @param {Body} mine
 * @param {Body} theirs
 * @param {(code: string) => string} verdictName
 * @returns {Promise<"mine" | "theirs">} Escape keeps what is on the screen
 */
export async function askConflict(mine, theirs, verdictName) {
  const dialog = byId("conflict-dialog", HTMLDialogElement);
  /** @type {[string, (body: Body) => string][]} */
  const rows = [
    [say("verdict"), (body) => (body.verdict ? verdictName(body.verdict) : say("none"))],
    [say("boxes"), (body) => String(body.tracks.length)],
    [say("events"), (body) => String(body.events.length)],
    [say("note"), (body) => body.note || say("none")],
  ];
  byId("conflict-rows", HTMLElement).replaceChildren(
    ...rows.map(([name, of]) =>
      html(
        "tr",
        {},
        html("th", { scope: "row" }, name),
        html("td", {}, of(mine)),
        html("td", {}, of(theirs)),
      ),
    ),
  );
  return (await ask(dialog)) === "theirs" ? "theirs" : "mine";
}

/** @param {string} text */
export function showInstructions(text) {
  byId("instructions-text", HTMLElement).textContent = text || say("noInstructions");
  byId("instructions-dialog", HTMLDialogElement).showModal();
}
