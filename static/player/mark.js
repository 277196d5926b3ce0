import { svg } from "../js/dom.js";

/**
 * The viewer's mark: a faint code over the whole picture, which a photograph of the screen shows as well. Light
 * letters with a dark edge, so that it can be read on any background.
 *
 * @param {string} code
 * @returns {SVGSVGElement}
 */
export function viewerMark(code) {
  const pattern = svg(
    "pattern",
    {
      id: "viewer-mark",
      width: 220,
      height: 110,
      patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(-20)",
    },
    svg("text", { x: 10, y: 40 }, code),
    svg("text", { x: 120, y: 95 }, code),
  );
  return svg(
    "svg",
    { class: "mark", "aria-hidden": "true" },
    svg("defs", {}, pattern),
    svg("rect", { width: "100%", height: "100%", fill: "url(#viewer-mark)" }),
  );
}
