/**
 * Privacy zones: areas of the picture that are always filled. They are outlined and named, and cannot be chosen.
 *
 * @import { Clip } from "./types.js"
 */

import { svg } from "../js/dom.js";

const SIZE = 11; // of the name, in pixels of the screen

export class Zones {
  root = svg("g", { class: "zones" });

  /**
   * @param {Pick<Clip, "width" | "height" | "zones">} clip
   * @param {number} px pixels of the picture in one pixel of the screen
   * @param {(number: number) => string} nameOf
   */
  draw({ width, height, zones }, px, nameOf) {
    this.root.replaceChildren(
      ...zones.map((corners, index) => {
        const spots = corners.map(([x, y]) => [x * width, y * height]);
        const points = spots.map((spot) => spot.join(",")).join(" ");
        const [x, y] = [0, 1].map((i) => spots.reduce((sum, spot) => sum + spot[i], 0) / spots.length);
        const name = nameOf(index + 1);
        return svg(
          "g",
          { role: "img", "aria-label": name },
          svg("polygon", { class: "under", points }),
          svg("polygon", { class: "edge", points }),
          svg(
            "text",
            { x, y, "font-size": SIZE * px, "stroke-width": 3 * px, "text-anchor": "middle" },
            name,
          ),
        );
      }),
    );
  }
}
