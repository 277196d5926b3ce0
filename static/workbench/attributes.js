/**
 * Editors for the attributes of an event or a track. The server defines them (see `Fields`).
 *
 * @import { Field } from "./types.js"
 */

import { html } from "../js/dom.js";

/**
 * @param {Record<string, Field>} fields the definitions of the event or track
 * @param {Record<string, unknown>} item
 * @param {(name: string, value: unknown) => void} onChange
 * @returns {HTMLElement | null} a field for each attribute; null where there is none
 */
export function attributeFields(fields, item, onChange) {
  const editors = Object.entries(fields)
    .filter(([, field]) => field.title)
    .map(([name, field]) =>
      editor(name, field, item[name] ?? field.default, (value) => onChange(name, value)),
    );
  return editors.length ? html("div", { class: "attributes" }, ...editors) : null;
}

/**
 * @param {string} name
 * @param {Field} field
 * @param {unknown} value
 * @param {(value: unknown) => void} onChange
 */
function editor(name, field, value, onChange) {
  const common = { "data-focus": `attribute-${name}` };
  // Deferred until the focus has moved: rendering the panel again restores the focus.
  const later = (/** @type {unknown} */ next) => setTimeout(() => onChange(next));
  if (field.kind === "flag") {
    const input = html("input", { ...common, type: "checkbox", checked: value === true });
    input.addEventListener("change", () => later(input.checked));
    return html("label", {}, input, field.title);
  }
  if (field.kind === "code") {
    const options = field.choices.map(({ code, name: words }) =>
      html("option", { value: code, selected: code === value }, words),
    );
    const select = html("select", common, ...options);
    select.addEventListener("change", () => later(select.value));
    return html("label", {}, field.title, select);
  }
  const input = html("input", {
    ...common,
    type: "text",
    maxlength: field.maximum,
    value: String(value ?? ""),
  });
  input.addEventListener("change", () => later(input.value));
  return html("label", {}, field.title, input);
}
