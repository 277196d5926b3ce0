/**
 * The panel at the right: labels to choose from, every box and event with its numbers, and the note. All that can
 * be done with the pointer on the picture can be done here with the keyboard.
 *
 * @import { Box, ClipEvent, Track } from "./types.js"
 * @import { Session } from "./session.js"
 * @typedef {{
 *   act: (action: string) => void,
 *   select: (selection: import("./types.js").Selection) => void,
 *   label: (kind: "track" | "event", code: string) => void,
 *   box: (id: string, box: Box) => void,
 *   event: (id: string, change: { start?: number, end?: number }) => void,
 *   attribute: (kind: "track" | "event", id: string, name: string, value: unknown) => void,
 *   note: (text: string) => void,
 * }} Listeners
 */

import { html, icon, kbd, replace } from "../js/dom.js";
import { clock, presentationTime } from "../player/frames.js";
import { attributeFields } from "./attributes.js";
import { boxFields, shown } from "./fields.js";
import { stateAt } from "./model.js";
import { say } from "./text.js";
import { swatch, trackColor } from "./timeline.js";

export class Labels {
  /** @type {string | null} */
  #loaded = null;
  #frame = 0;
  #boxes = html("section", { class: "labels-part", "aria-labelledby": "boxes-title" });
  #events = html("section", { class: "labels-part", "aria-labelledby": "events-title" });
  #returned = html("div", { class: "labels-part" });
  #zones = html("p", { class: "labels-part zone-legend" });
  #note = html("textarea", { id: "clip-note", rows: 3 });

  /**
   * @param {HTMLElement} container
   * @param {(action: string) => string} keyOf what to show as the key of an action
   * @param {Listeners} listeners
   */
  constructor(container, keyOf, listeners) {
    this.keyOf = keyOf;
    this.listeners = listeners;
    this.#note.addEventListener("input", () => listeners.note(this.#note.value));
    container.append(
      this.#returned,
      this.#boxes,
      this.#events,
      html(
        "section",
        { class: "labels-part" },
        html("h2", {}, html("label", { for: "clip-note" }, say("note"))),
        this.#note,
      ),
      this.#zones,
    );
  }

  /**
   * @param {Session} session
   * @param {number} frame
   */
  render(session, frame) {
    const { assignment, body } = session;
    this.#frame = frame;
    if (this.#loaded !== assignment.id) {
      this.#loaded = assignment.id;
      this.#note.maxLength = assignment.fields.body.note.maximum;
      this.#zones.hidden = !assignment.clip.zones.length;
      this.#zones.textContent = say("zones", { count: assignment.clip.zones.length });
      this.#returned.hidden = !assignment.returned_note;
      this.#returned.replaceChildren(
        html(
          "div",
          { class: "notice", "data-tone": "warn" },
          html("p", {}, html("strong", {}, say("returned")), ` ${assignment.returned_note ?? ""}`),
        ),
      );
    }
    if (this.#note.value !== body.note) this.#note.value = body.note;
    this.#renderBoxes(session, frame);
    this.#renderEvents(session);
  }

  /**
   * The numbers of the selected box on another frame, except in a field that has the focus.
   *
   * @param {Session} session
   * @param {number} frame
   */
  setFrame(session, frame) {
    this.#frame = frame;
    const track = session.selectedTrack;
    if (!track) return;
    const state = stateAt(track, frame);
    for (const input of this.#boxes.querySelectorAll("input[data-number]")) {
      if (!(input instanceof HTMLInputElement) || input === document.activeElement) continue;
      input.value = shown(state.box[Number(input.dataset.number)]);
    }
    const isKeyframe = track.keyframes.some((keyframe) => keyframe.frame === frame);
    const pressed = { keyframe: isKeyframe, outside: state.outside, occluded: state.occluded };
    for (const button of this.#boxes.querySelectorAll("button[data-state]")) {
      const name = /** @type {keyof typeof pressed} */ (button.getAttribute("data-state"));
      button.setAttribute("aria-pressed", String(pressed[name]));
    }
  }

  /**
   * @param {Session} session
   * @param {number} frame
   */
  #renderBoxes(session, frame) {
    const { body, clip, selectedTrack } = session;
    replace(
      this.#boxes,
      html(
        "h2",
        { id: "boxes-title" },
        say("boxes"),
        html("span", { class: "muted" }, selectedTrack ? say("labelOfSelected") : say("labelOfNextBox")),
      ),
      this.#chips("track", session, selectedTrack?.label ?? session.next.track, selectedTrack !== null),
      body.tracks.length > 0 &&
        html(
          "ul",
          { class: "items" },
          ...body.tracks.map((track) => {
            const selected = track === selectedTrack;
            const first = clock(presentationTime(track.keyframes[0].frame, clip));
            const name = session.nameOf("track", track.label);
            return html(
              "li",
              { "data-selected": selected, "data-color": trackColor(track) },
              this.#row(
                "track",
                track.id,
                name,
                say(track.keyframes.length === 1 ? "oneKeyframe" : "keyframes", {
                  count: track.keyframes.length,
                  from: first,
                }),
                selected,
              ),
              selected && this.#boxDetail(session, track),
            );
          }),
        ),
      !body.tracks.length && html("p", { class: "hint" }, say("boxesHint")),
    );
    this.setFrame(session, frame);
  }

  /** @param {Session} session */
  #renderEvents(session) {
    const { body, clip, selectedEvent } = session;
    replace(
      this.#events,
      html(
        "h2",
        { id: "events-title" },
        say("events"),
        html("span", { class: "muted" }, selectedEvent ? say("labelOfSelected") : say("labelOfNextEvent")),
      ),
      this.#chips("event", session, selectedEvent?.label ?? session.next.event, selectedEvent !== null),
      body.events.length > 0 &&
        html(
          "ul",
          { class: "items" },
          ...body.events.map((event) => {
            const selected = event === selectedEvent;
            const when = say("fromTo", {
              from: clock(presentationTime(event.start, clip)),
              to: clock(presentationTime(event.end, clip)),
            });
            return html(
              "li",
              { "data-selected": selected },
              this.#row("event", event.id, session.nameOf("event", event.label), when, selected),
              selected && this.#eventDetail(session, event),
            );
          }),
        ),
      !body.events.length && html("p", { class: "hint" }, say("eventsHint")),
    );
  }

  /**
   * @param {"track" | "event"} kind
   * @param {Session} session
   * @param {string} current
   * @param {boolean} selected whether digits go here now
   */
  #chips(kind, session, current, selected) {
    const choices = kind === "track" ? session.assignment.schema.tracks : session.assignment.schema.events;
    return html(
      "div",
      {
        class: "chips",
        role: "group",
        "data-digits": selected,
        "aria-label": kind === "track" ? say("boxLabel") : say("eventLabel"),
      },
      ...choices.map(({ code, name }, i) =>
        html(
          "button",
          {
            type: "button",
            class: "chip",
            "aria-pressed": String(code === current),
            "data-focus": `${kind}-${code}`,
            onclick: () => this.listeners.label(kind, code),
          },
          name,
          i < 9 && html("kbd", { class: "digit", "aria-hidden": "true" }, String(i + 1)),
        ),
      ),
    );
  }

  /**
   * @param {"track" | "event"} kind
   * @param {string} id
   * @param {string} name
   * @param {string} when
   * @param {boolean} selected
   */
  #row(kind, id, name, when, selected) {
    const mark =
      kind === "track" ? swatch(id) : html("span", { class: "swatch event", "aria-hidden": "true" });
    return html(
      "div",
      { class: "item-row" },
      html(
        "button",
        {
          type: "button",
          class: "item",
          "aria-expanded": String(selected),
          "data-focus": `item-${kind}-${id}`,
          onclick: () => this.listeners.select(selected ? null : { kind, id }),
        },
        mark,
        html(
          "span",
          { class: "name" },
          kind === "track" ? say("trackName", { number: id.replace(/^\D/, ""), name }) : name,
        ),
        html("span", { class: "when" }, when),
      ),
    );
  }

  /**
   * @param {Session} session
   * @param {Track} track
   */
  #boxDetail(session, track) {
    const fields = boxFields(
      say("boxNumbers"),
      () => stateAt(track, this.#frame).box,
      (box) => this.listeners.box(track.id, box),
    );
    return html(
      "div",
      { class: "detail" },
      fields,
      attributeFields(session.assignment.fields.track, track, (name, value) =>
        this.listeners.attribute("track", track.id, name, value),
      ),
      html(
        "div",
        { class: "toolbar" },
        this.#toggle("keyframe"),
        this.#toggle("outside"),
        this.#toggle("occluded"),
      ),
      html(
        "div",
        { class: "toolbar" },
        this.#button("previousKeyframe"),
        this.#button("nextKeyframe"),
        this.#button("remove"),
      ),
    );
  }

  /**
   * @param {Session} session
   * @param {ClipEvent} event
   */
  #eventDetail(session, event) {
    const { frames } = session.clip;
    const field = (/** @type {"start" | "end"} */ edge) => {
      // People count frames from 1, as under the picture.
      const input = html("input", {
        type: "number",
        min: 1,
        max: frames,
        step: 1,
        value: event[edge] + 1,
        "data-focus": `event-${edge}`,
      });
      input.addEventListener("change", () =>
        setTimeout(() => this.listeners.event(event.id, { [edge]: Number(input.value) - 1 })),
      );
      return html("label", {}, edge === "start" ? say("firstFrame") : say("lastFrame"), input);
    };
    return html(
      "div",
      { class: "detail" },
      html("div", { class: "numbers" }, field("start"), field("end")),
      attributeFields(session.assignment.fields.event, event, (name, value) =>
        this.listeners.attribute("event", event.id, name, value),
      ),
      html("div", { class: "toolbar" }, this.#button("remove")),
    );
  }

  /** @param {"keyframe" | "outside" | "occluded"} action */
  #toggle(action) {
    return html(
      "button",
      {
        type: "button",
        class: "button",
        "data-state": action,
        "data-focus": action,
        "aria-pressed": "false",
        onclick: () => this.listeners.act(action),
      },
      say(action),
      kbd(this.keyOf(action)),
    );
  }

  /** @param {"previousKeyframe" | "nextKeyframe" | "remove"} action */
  #button(action) {
    return html(
      "button",
      {
        type: "button",
        class: "button",
        "data-focus": action,
        onclick: () => this.listeners.act(action),
      },
      action === "remove" ? icon("remove") : null,
      say(`short.${action}`),
      kbd(this.keyOf(action)),
    );
  }
}
