/**
 * Short notices over the picture with what can be done about them; one of each kind at a time.
 *
 * @typedef {{ label: string, key?: string, primary?: boolean, act: () => void }} Choice
 */

import { html, kbd } from "../js/dom.js";

export class Banners {
  /** @type {Map<string, HTMLElement>} */
  #shown = new Map();

  /** @param {HTMLElement} container */
  constructor(container) {
    this.container = container;
  }

  /**
   * @param {string} kind
   * @param {{ text: string, tone?: string, choices?: Choice[], extra?: (HTMLElement | null)[] }} content
   */
  show(kind, { text, tone = "accent", choices = [], extra = [] }) {
    const focused =
      document.activeElement?.closest(".banner") === this.#shown.get(kind)
        ? document.activeElement?.getAttribute("data-focus")
        : null;
    const banner = html(
      "div",
      { class: "banner", "data-tone": tone, role: "group" },
      html("p", {}, text),
      ...extra,
      html(
        "span",
        { class: "group" },
        ...choices.map(({ label, key, primary, act }, i) =>
          html(
            "button",
            {
              type: "button",
              class: primary ? "button primary" : "button",
              onclick: act,
              "data-focus": `choice-${i}`,
            },
            label,
            key ? kbd(key) : null,
          ),
        ),
      ),
    );
    const old = this.#shown.get(kind);
    if (old) old.replaceWith(banner);
    else this.container.append(banner);
    this.#shown.set(kind, banner);
    const again = focused && banner.querySelector(`[data-focus="${CSS.escape(focused)}"]`);
    if (again instanceof HTMLElement) again.focus();
  }

  /** @param {string} kind */
  hide(kind) {
    this.#shown.get(kind)?.remove();
    this.#shown.delete(kind);
  }
}
