/**
 * The verdict buttons of the clip's project.
 *
 * @import { Choice } from "./types.js"
 */

import { html, icon } from "../js/dom.js";

export class Decision {
  /** @type {Choice[] | null} */
  #choices = null;

  /**
   * @param {HTMLElement} container
   * @param {(code: string) => void} onVerdict
   */
  constructor(container, onVerdict) {
    this.container = container;
    this.onVerdict = onVerdict;
  }

  /**
   * @param {Choice[]} choices
   * @param {string | null} verdict
   * @param {boolean} digits whether digits go here now
   */
  render(choices, verdict, digits) {
    if (this.#choices !== choices) {
      this.#choices = choices;
      this.container.replaceChildren(
        ...choices.map(({ code, name }, i) =>
          html(
            "button",
            { type: "button", class: "verdict", "data-code": code, onclick: () => this.onVerdict(code) },
            i < 9 && html("kbd", { class: "digit", "aria-hidden": "true" }, String(i + 1)),
            name,
            icon("check"),
          ),
        ),
      );
    }
    this.container.toggleAttribute("data-digits", digits);
    for (const button of this.container.children) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-code") === verdict));
    }
  }

  /** Puts the focus where a decision is missing. */
  focus() {
    const first = this.container.firstElementChild;
    if (first instanceof HTMLElement) first.focus();
  }
}
