/**
 * A box as four numbers.
 *
 * @import { Box } from "./types.js"
 */

import { html } from "../js/dom.js";

/** What a field shows of a number that is kept in tenths of a pixel. */
export const shown = (/** @type {number} */ value) => String(Math.round(value));

/**
 * A box with one of its numbers replaced; the others keep their tenths. Text that is not a number changes nothing.
 *
 * @param {Readonly<Box>} box
 * @param {number} i
 * @param {string} written
 * @returns {Box}
 */
export const withNumber = (box, i, written) =>
  /** @type {Box} */ (
    box.map((value, j) =>
      i === j && written.trim() && Number.isFinite(Number(written)) ? Number(written) : value,
    )
  );

/**
 * @param {string} label
 * @param {() => Box} current the box as it stands when a number was written
 * @param {(box: Box) => void} onChange
 * @returns {HTMLFieldSetElement} four fields, for those who draw by numbers
 */
export function boxFields(label, current, onChange) {
  const box = current();
  return html(
    "fieldset",
    { class: "numbers", "aria-label": label },
    ...["x", "y", "w", "h"].map((name, i) => {
      const input = html("input", {
        type: "number",
        step: 1,
        "data-focus": `number-${name}`,
        "data-number": i,
        value: shown(box[i]),
      });
      // Deferred until the focus has moved: rendering the panel again restores the focus.
      input.addEventListener("change", () =>
        setTimeout(() => onChange(withNumber(current(), i, input.value))),
      );
      return html("label", {}, name, input);
    }),
  );
}
