import { svg } from "../js/dom.js";

/**
 * A faint code over the whole picture: who photographs the screen photographs it too. Light letters with a dark
 * edge, so that it is there on any ground.
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
