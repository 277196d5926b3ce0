/**
 * The page: one clip at a time, and keeps its player, overlay, timeline and panels in step. What happens to a clip as a
 * whole (submit, flag, skip, next) is in flow.js; what a key does to its labels in commands.js.
 *
 * @import { Body, Box, Selection } from "./types.js"
 * @import { Api, ApiError } from "../js/api.js"
 * @import { SaveState } from "./autosave.js"
 * @import { Help } from "./help.js"
 * @import { Ready } from "./queue.js"
 */

import { isGone, isSignedOut } from "../js/api.js";
import { byId } from "../js/dom.js";
import { clock, presentationTime } from "../player/frames.js";
import { Player } from "../player/player.js";
import { reportWatched } from "../player/watched.js";
import { Autosave, draftKey } from "./autosave.js";
import { Banners } from "./banners.js";
import { editingCommands } from "./commands.js";
import { Decision } from "./decision.js";
import { askConflict } from "./dialogs.js";
import { boxFields } from "./fields.js";
import { kindButtons } from "./kinds.js";
import { Labels } from "./labels.js";
import * as model from "./model.js";
import { Overlay } from "./overlay.js";
import { thingsOn, trackName } from "./scene.js";
import { Session } from "./session.js";
import { say } from "./text.js";
import { Timeline } from "./timeline.js";

/** How long a status message is shown, in milliseconds. */
const STATUS_SHOWN_FOR = 5000;
const REDUCED_MOTION = matchMedia("(prefers-reduced-motion: reduce)");

export class Workbench {
  /** Whether there is a clip to work on: false while one loads and after it was taken away. */
  working = false;
  #picture = byId("picture", HTMLElement);
  #status = byId("status", HTMLOutputElement);
  #clock = byId("clock", HTMLElement);
  #frameNumber = byId("frame-number", HTMLElement);
  #watchedShown = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #statusEnds;

  /**
   * @param {Ready["assignment"]} assignment the clip that the page came with
   * @param {{
   *   api: Api,
   *   help: Help,
   *   storage: string,
   *   onGone: (error: ApiError) => void,
   *   onSignedOut: () => void,
   * }} parts `storage` begins the names of what this person keeps in this browser
   */
  constructor(assignment, { api, help, storage, onGone, onSignedOut }) {
    this.api = api;
    this.help = help;
    this.storage = storage;
    this.onGone = onGone;
    this.onSignedOut = onSignedOut;
    this.session = new Session(assignment, null);
    this.banners = new Banners(byId("banners", HTMLElement));
    this.player = new Player(this.#picture, {
      onFrame: (frame, presented) => this.#painted(frame, presented),
      onSpeed: (speed) => this.#sped(speed),
      onBroken: () => this.banners.show("broken", { text: say("broken"), tone: "warn" }),
    });
    this.overlay = new Overlay(this.#picture, assignment.clip, say("overlay"), {
      onSelect: (id) => this.#selectOnPicture(id),
      onGrab: () => this.player.pause(),
      onBox: (id, box) => this.placeBox(id, box),
      onDrawn: (box) => this.draw(box),
    });
    this.timeline = new Timeline(byId("scrubber", HTMLElement), {
      onSeek: (frame) => this.player.seek(frame),
      onSelect: (selection) => this.select(selection),
      onEvent: (id, change) => this.changeEvent(id, change),
    });
    this.labels = new Labels(byId("labels", HTMLElement), help.keyOf, {
      act: (action) => this.act(action),
      select: (selection) => this.select(selection),
      label: (kind, code) => this.label(kind, code),
      box: (id, box) => this.placeBox(id, box),
      event: (id, change) => this.changeEvent(id, change),
      attribute: (kind, id, name, value) => this.setAttribute(kind, id, name, value),
      note: (text) => this.apply(model.setNote(this.session.body, text), say("done.note"), "note"),
    });
    this.decision = new Decision(byId("verdicts", HTMLElement), (code) => this.decide(code));
    /** @type {Record<string, (press: import("./commands.js").Press) => void>} */
    this.commands = editingCommands(this);
    this.autosave = this.#autosaveOf(assignment);
  }

  /** @param {Ready} ready shows a clip and starts it */
  open({ assignment, loaded }) {
    const { clip, draft } = assignment;
    this.autosave = this.#autosaveOf(assignment);
    const backup = this.autosave.backup();
    const unsaved = backup && !model.sameBody(backup.body, draft.body ?? model.emptyBody()) ? backup : null;
    if (backup && !unsaved) this.autosave.forget();
    this.session = new Session(assignment, unsaved?.body ?? draft.body);
    this.#setWorking(true);
    this.#hideBanners();
    this.#picture.style.setProperty("--ratio", String(clip.width / clip.height));
    this.player.show(loaded, clip, assignment.id.slice(0, 8));
    this.overlay.load(clip);
    byId("project-name", HTMLElement).textContent = assignment.project.name;
    this.#showState(this.autosave.state);
    this.#watchedShown = 0;
    this.timeline.setWatched([]);
    this.render();
    this.showFrame(0);
    if (!REDUCED_MOTION.matches) this.player.play();
    if (unsaved) {
      // Based on an older draft than the server's? Then its answer will be a conflict, and the person chooses.
      this.autosave.revision = unsaved.revision;
      this.autosave.change(unsaved.body);
      this.status(say("restored"));
    }
  }

  /** Takes everything of the clip off the screen. */
  close() {
    this.#setWorking(false);
    this.player.clear();
    this.overlay.render([], false);
    this.session.tool = null;
    this.status("");
    this.#hideBanners();
  }

  /** @param {string} action @param {import("./commands.js").Press} [press] */
  act(action, press = { chord: "", repeat: false }) {
    this.commands[action]?.(press);
  }

  /** @param {string} text announced, and shown above the picture for a while */
  status(text) {
    clearTimeout(this.#statusEnds);
    this.#status.value = text;
    if (text) this.#statusEnds = setTimeout(() => (this.#status.value = ""), STATUS_SHOWN_FOR);
  }

  /**
   * The one way to change the labels.
   *
   * @param {Body} body
   * @param {string} done what was done, for undo to name
   * @param {string | null} [merge]
   */
  apply(body, done, merge = null) {
    const changed = this.working && this.session.commit(body, done, merge);
    if (changed) {
      this.autosave.change(this.session.body);
      this.status(""); // the last message is out of date; the caller sets the next one
    }
    this.render();
    return changed;
  }

  /** @param {"undo" | "redo"} direction */
  walk(direction) {
    const done = this.session[direction]();
    if (done === null) {
      this.status(say(direction === "undo" ? "nothingToUndo" : "nothingToRedo"));
      return;
    }
    this.autosave.change(this.session.body);
    this.render();
    this.status(say(direction === "undo" ? "undone" : "redone", { done }));
  }

  /** @param {Selection} selection */
  select(selection) {
    const { session } = this;
    session.selection = selection;
    if (selection) session.pending = null;
    const track = session.selectedTrack;
    if (track) this.status(say("trackSelected", { name: trackName(session, track) }));
    const event = session.selectedEvent;
    if (event) this.status(say("eventSelected", { name: session.nameOf("event", event.label) }));
    this.render();
  }

  /** @param {"track" | "event"} kind @param {string} code for what is selected, and for what is made next */
  label(kind, code) {
    const { session } = this;
    session.next[kind] = code;
    const { selectedTrack, selectedEvent } = session;
    if (kind === "track" && selectedTrack)
      this.apply(model.labelTrack(session.body, selectedTrack.id, code), say("done.label"));
    else if (kind === "event" && selectedEvent) this.changeEvent(selectedEvent.id, { label: code });
    else this.render();
    this.status(say("labelled", { name: session.nameOf(kind, code) }));
  }

  /** @param {string} code */
  decide(code) {
    this.apply(model.setVerdict(this.session.body, code), say("done.verdict"));
    const name =
      this.session.assignment.schema.verdicts.find((verdict) => verdict.code === code)?.name ?? code;
    this.status(say("decided", { name }));
  }

  /** @param {string} id @param {{ start?: number, end?: number, label?: string }} change */
  changeEvent(id, change) {
    const { clip } = this.session;
    const body = model.changeEvent(this.session.body, id, change, clip.frames);
    const event = body.events.find((other) => other.id === id);
    if (!event) return;
    const at = (/** @type {number} */ frame) => clock(presentationTime(frame, clip));
    this.apply(body, say("done.event"));
    this.status(say("eventPlaced", { from: at(event.start), to: at(event.end) }));
  }

  /**
   * @param {"track" | "event"} kind
   * @param {string} id
   * @param {string} name of an attribute
   * @param {unknown} value
   */
  setAttribute(kind, id, name, value) {
    const { title } = this.session.assignment.fields[kind][name];
    this.apply(
      model.setAttribute(this.session.body, kind === "track" ? "tracks" : "events", id, name, value),
      title,
    );
  }

  /** @param {"box" | "hide" | null} tool */
  useTool(tool) {
    const { session } = this;
    session.tool = tool;
    session.regions = [];
    if (tool) this.player.pause();
    if (tool) session.selection = null;
    this.render();
  }

  /** @param {Box} box a box was drawn on the frame on screen */
  draw(box) {
    const { session } = this;
    const { frame } = this.player;
    const fitted = model.fitBox(box, session.clip);
    if (session.tool === "hide") {
      session.regions = [...session.regions, { frame, box: fitted, kind: session.kind }];
      this.render();
      this.status(
        say("regionMarked", { kind: session.kindName(session.kind), count: session.regions.length }),
      );
      return;
    }
    const id = model.freshId(session.body.tracks, "t");
    session.tool = null;
    session.selection = { kind: "track", id };
    this.apply(
      model.addTrack(session.body, { id, label: session.next.track, frame, box: fitted }),
      say("done.box"),
    );
    this.status(say("boxDrawn", { name: session.nameOf("track", session.next.track) }));
  }

  /**
   * @param {string} id of a track, or "region" for the last thing marked to be hidden
   * @param {Box} box
   * @param {string | null} [merge]
   */
  placeBox(id, box, merge = null) {
    const { session } = this;
    const fitted = model.fitBox(box, session.clip);
    if (id.startsWith("region")) {
      const last = session.regions.length - 1;
      session.regions = session.regions.map((region, i) =>
        i === last ? { ...region, box: fitted } : region,
      );
      this.render();
    } else {
      this.apply(model.setBox(session.body, id, this.player.frame, fitted), say("done.move"), merge);
    }
    const [x, y, width, height] = fitted.map(Math.round);
    const limited = fitted.some((value, i) => Math.abs(value - box[i]) >= 0.5);
    this.status(say(limited ? "boxLimited" : "boxPlaced", { x, y, width, height }));
  }

  /** @param {string} code what the last thing marked to be hidden is, and the next one */
  chooseKind(code) {
    this.session.chooseKind(code);
    this.render();
    this.status(say("kindChosen", { kind: this.session.kindName(code) }));
  }

  /** @returns {boolean} whether a gesture with the pointer was under way */
  cancelGesture() {
    return [this.overlay.cancel(), this.timeline.cancel()].some(Boolean);
  }

  render() {
    const { session } = this;
    const { assignment, body, selection } = session;
    this.#renderOverlay();
    this.timeline.render({
      clip: session.clip,
      body,
      selection,
      pending: session.pending,
      nameOf: (kind, code) => session.nameOf(kind, code),
    });
    this.labels.render(session, this.player.frame);
    const digits = selection === null && session.tool !== "hide";
    this.decision.render(assignment.schema.verdicts, body.verdict, digits);
    this.#picture.toggleAttribute("data-tool", session.tool !== null);
    byId("box-button", HTMLElement).setAttribute("aria-pressed", String(session.tool === "box"));
    byId("hide-button", HTMLElement).setAttribute("aria-pressed", String(session.tool === "hide"));
    this.#renderToolBanner();
  }

  /** @param {number} frame */
  showFrame(frame) {
    const { clip } = this.session;
    this.#clock.textContent = clock(presentationTime(frame, clip));
    this.#frameNumber.textContent = say("frameOf", { frame: frame + 1, frames: clip.frames });
    this.#renderOverlay();
    this.timeline.setFrame(frame);
    this.labels.setFrame(this.session, frame);
  }

  /**
   * Reports what was painted since the last acknowledged report. The answer says whether the clip may stay on screen,
   * so a report is sent also when nothing new was painted.
   *
   * @param {{ keepalive?: boolean }} [options]
   */
  async reportWatched(options = {}) {
    if (!this.working) return;
    const { session } = this;
    try {
      await reportWatched(this.api, session.assignment.urls.watched, session.watched, {
        ask: true,
        ...options,
      });
    } catch (error) {
      if (session !== this.session || !this.working) return;
      if (isGone(error)) this.onGone(error);
      else if (isSignedOut(error)) this.onSignedOut();
      // else it is reported next time
    }
  }

  /** Hides the banners of the clip on screen; those about an earlier clip stay until they are dealt with. */
  #hideBanners() {
    for (const kind of ["tool", "lease", "broken"]) this.banners.hide(kind);
  }

  /** @param {boolean} working */
  #setWorking(working) {
    this.working = working;
    for (const part of document.querySelectorAll("[data-needs-clip]"))
      part.toggleAttribute("inert", !working);
  }

  #renderOverlay() {
    if (this.working)
      this.overlay.render(thingsOn(this.session, this.player.frame), this.session.tool !== null);
  }

  #renderToolBanner() {
    const { session } = this;
    if (!session.tool) {
      this.banners.hide("tool");
      return;
    }
    const hiding = session.tool === "hide";
    const region = hiding ? session.regions.at(-1) : undefined;
    const cancel = { label: say("cancel"), key: this.help.keyOf("deselect"), act: () => this.useTool(null) };
    const send = {
      label: say("hideNow"),
      key: this.help.keyOf("confirm"),
      primary: true,
      act: () => this.act("sendRegions"),
    };
    const middle = {
      label: say("drawInMiddle"),
      key: this.help.keyOf("confirm"),
      act: () => this.act("confirm"),
    };
    this.banners.show("tool", {
      text: region
        ? say("regionsMarked", { count: session.regions.length })
        : say(hiding ? "drawRegion" : "drawBox"),
      tone: hiding ? "bad" : "accent",
      choices: region ? [send, cancel] : [middle, cancel],
      extra: [
        hiding ? kindButtons(session, (code) => this.chooseKind(code)) : null,
        region
          ? boxFields(
              say("boxNumbers"),
              () => session.regions.at(-1)?.box ?? region.box,
              (box) => this.placeBox("region", box),
            )
          : null,
      ],
    });
  }

  /** @param {string | null} id */
  #selectOnPicture(id) {
    if (!id?.startsWith("region")) this.select(id === null ? null : { kind: "track", id });
  }

  /** @param {number} frame @param {number} presented */
  #painted(frame, presented) {
    if (document.visibilityState === "visible")
      this.session.watched.paint(frame, presented, this.player.playing);
    this.showFrame(frame);
    const now = performance.now();
    if (now - this.#watchedShown > 250 || !this.player.playing) {
      this.#watchedShown = now;
      this.timeline.setWatched(this.session.watched.ranges());
    }
  }

  /** @param {number} speed */
  #sped(speed) {
    document.body.toggleAttribute("data-playing", speed !== 0);
    byId("rate", HTMLElement).textContent =
      speed === 0 || speed === 1 ? "" : `${String(speed).replace("-", "\u2212")}\u00d7`;
    this.timeline.setWatched(this.session.watched.ranges());
  }

  /** @param {Ready["assignment"]} assignment */
  #autosaveOf({ id, draft, urls }) {
    /** @type {Autosave} */
    const autosave = new Autosave({
      revision: draft.revision,
      key: draftKey(this.storage, id),
      store: localStorage,
      put: (body) =>
        this.api.send("PUT", urls.draft, body, { keepalive: document.visibilityState === "hidden" }),
      onState: (state) => {
        if (autosave !== this.autosave) return;
        this.#showState(state);
        if (state === "conflict") void this.#resolveConflict(autosave);
      },
      onStopped: (error) => autosave === this.autosave && this.onGone(error),
      onRefused: (error) =>
        autosave === this.autosave && this.status(say("saveRefused", { reason: error.message })),
    });
    return autosave;
  }

  /** @param {SaveState} state */
  #showState(state) {
    const output = byId("save-state", HTMLOutputElement);
    output.dataset.state = state;
    output.value = say(`save.${state}`);
    if (state !== "offline") return;
    if (isSignedOut(this.autosave.obstacle)) this.onSignedOut();
    else this.status(say("offline"));
  }

  /** @param {Autosave} autosave */
  async #resolveConflict(autosave) {
    const { theirs } = autosave;
    if (!theirs) return;
    this.player.pause();
    theirs.body ??= model.emptyBody();
    const { verdicts } = this.session.assignment.schema;
    const mine = this.session.body;
    const choice = await askConflict(
      mine,
      theirs.body,
      (code) => verdicts.find((verdict) => verdict.code === code)?.name ?? code,
    );
    autosave.resolve(choice, mine);
    // Both sets go into the history, so that undo brings back the one that was not chosen.
    this.session.commit(theirs.body, say("done.conflict"));
    if (choice === "mine") this.session.commit(mine, say("done.conflict"));
    this.render();
  }
}
