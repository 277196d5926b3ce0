/**
 * The dialog that lists every key, and lets a person give an action another one or turn single keys off.
 *
 * @import { Preferences } from "./keys.js"
 */

import { byId, html, kbd } from "../js/dom.js";
import { ACTIONS, canRemap, chordsOf, DEFAULTS, keysOf, readPreferences, remap } from "./keys.js";
import { say } from "./text.js";

/** @type {["play", "segments", "boxes", "clip"]} */
const GROUPS = ["play", "segments", "boxes", "clip"];
/** @type {Record<string, string>} */
const SYMBOLS = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  Delete: "Del",
};

/**
 * A chord as it is written on keys.
 *
 * @param {string} chord
 */
export const written = (chord) =>
  chord
    .split("+")
    .map((part) => SYMBOLS[part] ?? (part === "Space" ? say("space") : part))
    .join(" ");

export class Help {
  #dialog = byId("help-dialog", HTMLDialogElement);
  #status = byId("key-status", HTMLOutputElement);
  #single = byId("single-keys", HTMLInputElement);
  /** @type {string | null} the action that waits for its new key */
  #listening = null;

  /**
   * @param {string} storageKey
   * @param {() => void} onChange
   */
  constructor(storageKey, onChange) {
    this.storageKey = storageKey;
    this.onChange = onChange;
    /** @type {Preferences} */
    this.preferences = readPreferences(this.#stored());
    this.#single.addEventListener("change", () =>
      this.#keep({ ...this.preferences, single: this.#single.checked }),
    );
    byId("reset-keys", HTMLButtonElement).addEventListener("click", () => {
      this.#keep(DEFAULTS);
      this.#status.value = say("keysReset");
    });
    this.#dialog.addEventListener("keydown", this.#key, true);
    this.#dialog.addEventListener("close", () => (this.#listening = null));
  }

  show() {
    this.#status.value = "";
    this.#render();
    this.#dialog.showModal();
  }

  /** @param {string} action */
  keyOf = (action) => written(keysOf(action, this.preferences)[0] ?? "");

  #render() {
    this.#single.checked = this.preferences.single;
    const focused = document.activeElement?.getAttribute("data-action-id");
    byId("key-groups", HTMLElement).replaceChildren(
      ...GROUPS.map((group) =>
        html(
          "section",
          {},
          html("h3", {}, say(`group.${group}`)),
          html(
            "ul",
            { class: "items" },
            ...ACTIONS.filter((action) => action.group === group).map(({ id }) => this.#row(id)),
          ),
        ),
      ),
    );
    if (focused) this.#button(focused)?.focus();
  }

  /** @param {string} id */
  #row(id) {
    const keys = keysOf(id, this.preferences);
    const shown = id === "label" ? ["1\u20139"] : keys.map(written);
    return html(
      "li",
      {},
      html("span", {}, say(`action.${id}`)),
      html("span", { class: "group" }, ...shown.map(kbd)),
      canRemap(id) &&
        html(
          "button",
          {
            type: "button",
            class: "button",
            "data-action-id": id,
            "aria-label": say("changeKeyOf", { action: say(`action.${id}`) }),
            onclick: () => this.#listen(id),
          },
          this.#listening === id ? say("pressKey") : say("change"),
        ),
    );
  }

  /** @param {string} id */
  #button(id) {
    const button = this.#dialog.querySelector(`[data-action-id="${CSS.escape(id)}"]`);
    return button instanceof HTMLElement ? button : null;
  }

  /** @param {string} id */
  #listen(id) {
    this.#listening = id;
    this.#status.value = say("pressKeyFor", { action: say(`action.${id}`) });
    this.#render();
    this.#button(id)?.focus();
  }

  /** @param {KeyboardEvent} event */
  #key = (event) => {
    const id = this.#listening;
    if (!id || event.key === "Tab") return;
    const [chord] = chordsOf(event);
    if (!chord) return;
    event.preventDefault();
    event.stopPropagation();
    this.#listening = null;
    if (chord === "Escape") {
      this.#status.value = "";
      this.#render();
      return;
    }
    const { preferences, takenBy } = remap(this.preferences, id, chord);
    this.#status.value = takenBy
      ? say("keyTaken", { key: written(chord), action: say(`action.${takenBy}`) })
      : say("keyChanged", { key: written(chord), action: say(`action.${id}`) });
    this.#keep(preferences);
  };

  /** @param {Preferences} preferences */
  #keep(preferences) {
    this.preferences = preferences;
    try {
      localStorage.setItem(this.storageKey, JSON.stringify(preferences));
    } catch {
      // storage is disabled: the keys last for this page only
    }
    this.#render();
    this.onChange();
  }

  #stored() {
    try {
      return localStorage.getItem(this.storageKey);
    } catch {
      return null;
    }
  }
}
