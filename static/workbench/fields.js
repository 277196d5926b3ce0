/**
 * A box as four numbers.
 *
 * @import { Box } from "./types.js"
 */

import { html } from "./dom.js";

/**
 * @param {string} label
 * @param {readonly number[]} box
 * @param {(box: Box) => void} onChange
 * @returns {HTMLFieldSetElement} four fields, for those who draw by numbers
 */
export function boxFields(label, box, onChange) {
  const inputs = ["x", "y", "w", "h"].map((name, i) =>
    html("input", { type: "number", step: 1, "data-focus": `number-${name}`, "data-number": i, value: Math.round(box[i] * 10) / 10 }));
  // After the focus has moved on: the panel is drawn anew, and gives the focus back to where it went.
  const later = () => setTimeout(read);
  const read = () => onChange(/** @type {Box} */ (inputs.map((input) => Number(input.value))));
  return html("fieldset", { class: "numbers", "aria-label": label },
    ...inputs.map((input, i) => {
      input.addEventListener("change", later);
      return html("label", {}, ["x", "y", "w", "h"][i], input);
    }));
}
