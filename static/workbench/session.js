/**
 * The state of one assignment: its labels with their history, the selection, and what was watched.
 *
 * @import { Assignment, Body, Box, Selection } from "./types.js"
 * @import { History } from "./history.js"
 * @typedef {{ frame: number, box: Box, kind: string }} Region
 */

import { Watched } from "../player/watched.js";
import { commit, redo, startHistory, undo } from "./history.js";
import { emptyBody } from "./model.js";

export class Session {
  /** @type {History} */
  history;
  /** @type {Selection} */
  selection = null;
  /** @type {"box" | "hide" | null} what the next gesture on the picture draws */
  tool = null;
  /** @type {number | null} where a segment was started that has no end yet */
  pending = null;
  /** @type {Region[]} what is to be hidden and is not, not sent yet */
  regions = [];

  /**
   * @param {Assignment} assignment
   * @param {Body | null} body what was saved before
   */
  constructor(assignment, body) {
    this.assignment = assignment;
    this.history = startHistory(body ?? emptyBody());
    this.watched = new Watched(assignment.clip);
    /** The labels that the next box and the next segment get. */
    this.next = {
      track: assignment.schema.tracks[0]?.code ?? "",
      event: assignment.schema.events[0]?.code ?? "",
    };
    /** The kind that the next thing to hide gets: the last one that was chosen for this clip. */
    this.kind = assignment.schema.hidden_kinds[0].code;
  }

  get body() {
    return this.history.present.body;
  }

  get clip() {
    return this.assignment.clip;
  }

  get selectedTrack() {
    const { selection } = this;
    return selection?.kind === "track"
      ? (this.body.tracks.find(({ id }) => id === selection.id) ?? null)
      : null;
  }

  get selectedEvent() {
    const { selection } = this;
    return selection?.kind === "event"
      ? (this.body.events.find(({ id }) => id === selection.id) ?? null)
      : null;
  }

  /**
   * @param {Body} body
   * @param {string} done what was done, for undo to name
   * @param {string | null} [merge] see history.js
   * @returns {boolean} whether anything changed
   */
  commit(body, done, merge = null) {
    const before = this.history;
    this.history = commit(before, body, done, { merge, now: Date.now() });
    return this.history !== before;
  }

  /** @returns {string | null} what was undone */
  undo() {
    const { done } = this.history.present;
    return this.#walk(undo(this.history)) ? done : null;
  }

  /** @returns {string | null} what was done again */
  redo() {
    return this.#walk(redo(this.history)) ? this.history.present.done : null;
  }

  /** @param {History} history */
  #walk(history) {
    if (history === this.history) return false;
    this.history = history;
    if (!this.selectedTrack && !this.selectedEvent) this.selection = null;
    return true;
  }

  /** @param {string} code @returns {string} the name of a kind of what is hidden */
  kindName(code) {
    return this.assignment.schema.hidden_kinds.find((kind) => kind.code === code)?.name ?? code;
  }

  /** @param {string} code what the last thing marked is, and the next one */
  chooseKind(code) {
    this.kind = code;
    const last = this.regions.length - 1;
    this.regions = this.regions.map((region, i) => (i === last ? { ...region, kind: code } : region));
  }

  /**
   * @param {"track" | "event"} kind
   * @param {string} code
   * @returns {string} the label's name, or its code where the schema no longer has it
   */
  nameOf(kind, code) {
    const { tracks, events } = this.assignment.schema;
    return (kind === "track" ? tracks : events).find((choice) => choice.code === code)?.name ?? code;
  }
}
