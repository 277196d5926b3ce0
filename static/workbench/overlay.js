/**
 * The boxes over the picture: drawn, moved and resized with the pointer; chosen with Tab and Enter. The result
 * of a gesture is passed to the listeners; no state is kept here.
 *
 * @import { Box, Clip } from "./types.js"
 * @typedef {{
 *   id: string,
 *   tag: string,
 *   description: string,
 *   color: number,
 *   box: Box,
 *   occluded: boolean,
 *   selected: boolean,
 * }} Thing
 * @typedef {{ id: string, edges: string, from: [number, number], box: Box, moved: boolean }} Drag
 *   `edges` is "" for a move
 * @typedef {{
 *   onSelect: (id: string | null) => void,
 *   onGrab: () => void,
 *   onBox: (id: string, box: Box) => void,
 *   onDrawn: (box: Box) => void,
 * }} Listeners
 */

import { set, svg } from "../js/dom.js";
import { fitBox } from "./model.js";
import { say } from "./text.js";
import { Zones } from "./zones.js";

const HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];
const SKETCH = "sketch";

export class Overlay {
  /** @type {Clip} */
  #clip;
  /** @type {Map<string, SVGGElement>} */
  #groups = new Map();
  /** @type {Thing[]} */
  #things = [];
  #zones = new Zones();
  /** @type {Drag | null} */
  #drag = null;
  #drawing = false;
  /** Picture pixels in one pixel of the screen. */
  #scale = 1;

  /**
   * @param {HTMLElement} picture
   * @param {Clip} clip
   * @param {string} label
   * @param {Listeners} listeners
   */
  constructor(picture, clip, label, listeners) {
    this.#clip = clip;
    this.listeners = listeners;
    this.root = svg("svg", { class: "overlay", role: "group", "aria-label": label }, this.#zones.root);
    this.root.addEventListener("pointerdown", this.#down);
    this.root.addEventListener("pointermove", this.#move);
    this.root.addEventListener("pointerup", this.#up);
    this.root.addEventListener("pointercancel", () => this.cancel());
    this.root.addEventListener("keydown", this.#key);
    picture.append(this.root);
    new ResizeObserver(() => this.#resized()).observe(this.root);
  }

  /** @param {Clip} clip */
  load(clip) {
    this.cancel();
    this.#clip = clip;
    this.#resized();
  }

  /**
   * @param {Thing[]} things
   * @param {boolean} drawing whether the next gesture draws a new box
   */
  render(things, drawing) {
    this.#things = things;
    this.#drawing = drawing;
    const here = new Set(things.map(({ id }) => id));
    for (const [id, group] of this.#groups) {
      if (!here.has(id) && id !== SKETCH) {
        group.remove();
        this.#groups.delete(id);
      }
    }
    for (const thing of things) this.#paint(thing);
  }

  /** Ends a gesture without a result. @returns {boolean} whether there was one */
  cancel() {
    const was = this.#drag !== null;
    this.#drag = null;
    this.#groups.get(SKETCH)?.remove();
    this.#groups.delete(SKETCH);
    if (was) for (const thing of this.#things) this.#paint(thing);
    return was;
  }

  /** @param {Thing} thing */
  #paint(thing) {
    let group = this.#groups.get(thing.id);
    if (!group) {
      group = svg("g", { class: "thing", "data-id": thing.id });
      this.#groups.set(thing.id, group);
      this.root.append(group);
    }
    const sketch = thing.id === SKETCH;
    set(group, {
      "data-color": thing.color,
      "data-occluded": thing.occluded,
      class: sketch ? "thing sketch" : thing.color < 0 ? "thing region" : "thing",
      role: sketch ? null : "button",
      tabindex: sketch ? null : 0,
      "aria-pressed": sketch ? null : String(thing.selected),
      "aria-label": sketch ? null : thing.description,
    });
    const drag = this.#drag?.id === thing.id ? this.#drag : null;
    this.#place(group, thing, drag?.moved ? drag.box : thing.box);
  }

  /**
   * @param {SVGGElement} group
   * @param {Thing} thing
   * @param {Box} box
   */
  #place(group, thing, [x, y, width, height]) {
    const px = this.#scale;
    const rectangle = { x, y, width, height };
    if (!group.firstChild) {
      group.append(
        svg("rect", { class: "under" }),
        svg("rect", { class: "edge" }),
        svg("rect", { class: "focus" }),
      );
      if (thing.tag) group.append(svg("g", { class: "tag" }, svg("rect"), svg("text")));
    }
    const [under, edge, focus] = group.querySelectorAll(":scope > rect");
    set(under, rectangle);
    set(edge, rectangle);
    set(focus, { x: x - 4 * px, y: y - 4 * px, width: width + 8 * px, height: height + 8 * px });
    const tag = group.querySelector(".tag");
    if (tag) {
      const text = /** @type {SVGTextElement} */ (tag.lastChild);
      if (text.textContent !== thing.tag) text.textContent = thing.tag;
      const wide = (thing.tag.length * 6.6 + 10) * px;
      const top = y >= 19 * px ? y - 18 * px : Math.min(y + 1 * px, this.#clip.height - 18 * px);
      const left = Math.min(x, this.#clip.width - wide);
      set(/** @type {Element} */ (tag.firstChild), {
        x: left,
        y: top,
        width: wide,
        height: 17 * px,
        rx: 2 * px,
      });
      set(text, { x: left + 5 * px, y: top + 9 * px, "font-size": 11 * px });
    }
    this.#placeHandles(group, thing.selected, rectangle);
  }

  /**
   * @param {SVGGElement} group
   * @param {boolean} selected
   * @param {{ x: number, y: number, width: number, height: number }} rectangle
   */
  #placeHandles(group, selected, { x, y, width, height }) {
    if (!selected) {
      for (const handle of group.querySelectorAll("[data-handle]")) handle.remove();
      return;
    }
    if (!group.querySelector("[data-handle]")) {
      for (const name of HANDLES) {
        group.append(
          svg(
            "g",
            { "data-handle": name },
            svg("rect", { class: "handle-target" }),
            svg("rect", { class: "handle" }),
          ),
        );
      }
    }
    const px = this.#scale;
    for (const handle of group.querySelectorAll("[data-handle]")) {
      const name = handle.getAttribute("data-handle") ?? "";
      const cx = name.includes("w") ? x : name.includes("e") ? x + width : x + width / 2;
      const cy = name.includes("n") ? y : name.includes("s") ? y + height : y + height / 2;
      const middle = name.length === 1;
      const room = name === "n" || name === "s" ? width : height;
      set(handle, { display: middle && room < 56 * px ? "none" : null });
      const [target, mark] = handle.children;
      set(target, { x: cx - 12 * px, y: cy - 12 * px, width: 24 * px, height: 24 * px });
      set(mark, { x: cx - 4 * px, y: cy - 4 * px, width: 8 * px, height: 8 * px });
    }
  }

  /** @param {PointerEvent} event */
  #down = (event) => {
    if (event.button !== 0 || !(event.target instanceof Element)) return;
    event.preventDefault();
    const from = this.#point(event);
    const group = event.target.closest("[data-id]");
    const id = group?.getAttribute("data-id");
    const thing = this.#things.find((other) => other.id === id);
    if (this.#drawing && !thing?.selected) {
      this.#drag = { id: SKETCH, edges: "se", from, box: [...from, 0, 0], moved: false };
    } else if (thing) {
      const edges = event.target.closest("[data-handle]")?.getAttribute("data-handle") ?? "";
      this.#drag = { id: thing.id, edges, from, box: thing.box, moved: false };
      if (!thing.selected) this.listeners.onSelect(thing.id);
    } else {
      this.listeners.onSelect(null);
      return;
    }
    this.listeners.onGrab();
    this.root.setPointerCapture(event.pointerId);
  };

  /** @param {PointerEvent} event */
  #move = (event) => {
    const drag = this.#drag;
    if (!drag) return;
    const [x, y] = this.#point(event);
    const start =
      drag.id === SKETCH
        ? /** @type {Box} */ ([...drag.from, 0, 0])
        : this.#things.find(({ id }) => id === drag.id)?.box;
    if (!start) return;
    const [dx, dy] = [x - drag.from[0], y - drag.from[1]];
    if (!drag.moved && Math.hypot(dx, dy) < 3 * this.#scale) return; // a click does not move
    drag.moved = true;
    drag.box = dragged(start, drag.edges, dx, dy, this.#clip);
    const thing = this.#things.find(({ id }) => id === drag.id);
    this.#paint(
      thing ?? {
        id: SKETCH,
        tag: "",
        description: "",
        color: 0,
        box: drag.box,
        occluded: false,
        selected: false,
      },
    );
  };

  /** @param {PointerEvent} event */
  #up = (event) => {
    const drag = this.#drag;
    if (!drag) return;
    this.root.releasePointerCapture(event.pointerId);
    this.#drag = null;
    this.#groups.get(SKETCH)?.remove();
    this.#groups.delete(SKETCH);
    if (!drag.moved) return;
    if (drag.id === SKETCH) this.listeners.onDrawn(drag.box);
    else this.listeners.onBox(drag.id, drag.box);
  };

  /** @param {KeyboardEvent} event */
  #key = (event) => {
    const id = event.target instanceof Element ? event.target.getAttribute("data-id") : null;
    if (!id || this.#drawing || (event.key !== "Enter" && event.key !== " ")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.listeners.onSelect(id);
  };

  /**
   * @param {PointerEvent} event
   * @returns {[number, number]} in pixels of the picture
   */
  #point(event) {
    const frame = this.root.getBoundingClientRect();
    const x = ((event.clientX - frame.left) / frame.width) * this.#clip.width;
    const y = ((event.clientY - frame.top) / frame.height) * this.#clip.height;
    return [Math.min(Math.max(x, 0), this.#clip.width), Math.min(Math.max(y, 0), this.#clip.height)];
  }

  #resized() {
    const { width } = this.root.getBoundingClientRect();
    this.#scale = width ? this.#clip.width / width : 1;
    set(this.root, { viewBox: `0 0 ${this.#clip.width} ${this.#clip.height}` });
    this.#zones.draw(this.#clip, this.#scale, (number) => say("zoneName", { number }));
    for (const thing of this.#things) this.#paint(thing);
  }
}

/**
 * The box after a drag of some of its edges ("" moves it whole). Dragging an edge past the opposite one turns it over.
 *
 * @param {Box} box
 * @param {string} edges
 * @param {number} dx
 * @param {number} dy
 * @param {Clip} clip
 * @returns {Box}
 */
export function dragged([x, y, width, height], edges, dx, dy, clip) {
  if (!edges) return fitBox([x + dx, y + dy, width, height], clip);
  const inside = (/** @type {number} */ value, /** @type {number} */ most) =>
    Math.min(Math.max(value, 0), most);
  const left = inside(edges.includes("w") ? x + dx : x, clip.width);
  const right = inside(edges.includes("e") ? x + width + dx : x + width, clip.width);
  const top = inside(edges.includes("n") ? y + dy : y, clip.height);
  const bottom = inside(edges.includes("s") ? y + height + dy : y + height, clip.height);
  return fitBox(
    [Math.min(left, right), Math.min(top, bottom), Math.abs(right - left), Math.abs(bottom - top)],
    clip,
  );
}
