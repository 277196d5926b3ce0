/**
 * The life of a clip on the page: submit, flag, skip, what is still to be hidden, the end of the lease, and the next clip.
 *
 * @import { Assignment } from "./types.js"
 * @import { Answer } from "./outbox.js"
 * @import { Ready } from "./queue.js"
 * @typedef {{ label: string, primary?: boolean, href?: string, act?: () => void }} Way
 */

import { ApiError, isGone, isSignedOut, isTransient } from "../js/api.js";
import { byId, html } from "../js/dom.js";
import { dropOldDrafts } from "./autosave.js";
import { keepStretch, minutesWorked, readStretch, SUGGEST_AFTER, worked } from "./breaks.js";
import { askReason, showInstructions } from "./dialogs.js";
import { Lease, leaseLeft } from "./lease.js";
import { Outbox } from "./outbox.js";
import { fetchClip, Queue } from "./queue.js";
import { say } from "./text.js";
import { Workbench } from "./workbench.js";

export class Flow {
  #stopped = byId("stopped", HTMLElement);
  #leaseLeft = byId("lease-left", HTMLElement);

  /**
   * @param {Assignment} assignment
   * @param {{ api: import("../js/api.js").Api, help: import("./help.js").Help, storage: string }} parts
   */
  constructor(assignment, { api, help, storage }) {
    this.api = api;
    this.stretchKey = `${storage}:stretch`;
    this.suggestedAt = 0;
    this.home = assignment.urls.home;
    this.bench = new Workbench(assignment, {
      api,
      help,
      storage,
      onGone: (error) => this.taken(error),
      onSignedOut: () => this.signedOut(),
    });
    this.queue = new Queue(api, assignment.urls.claim);
    this.outbox = new Outbox(api, localStorage, `${storage}:answer:`, {
      onWaiting: (waiting, offline) => this.#showWaiting(waiting, offline),
      onRefused: (answer, error) => this.#answerRefused(answer, error),
    });
    this.lease = new Lease({
      onTick: (seconds, soon) => this.#showLease(seconds, soon),
      onWarn: () => this.#warn(),
      onEnd: () => this.taken(new ApiError(409, "lease_lost", "", null)),
    });
    Object.assign(this.bench.commands, {
      submit: () => void this.submit(),
      flag: () => void this.flag(),
      skip: () => void this.skip(),
      sendRegions: () => void this.sendRegions(),
      extend: () => void this.extend(),
      help: () => {
        this.bench.player.pause();
        help.show();
      },
      instructions: () => {
        this.bench.player.pause();
        showInstructions(this.bench.session.assignment.project.instructions);
      },
    });
  }

  /** @param {Assignment} assignment the clip that the page came with */
  async start(assignment) {
    const received = Date.now();
    this.#say(say("loading"), "", []);
    dropOldDrafts(localStorage, this.bench.storage, received);
    // Answers that an earlier page could not send go first: they free a slot for the next clip.
    const sent = this.outbox.resume();
    try {
      this.#open({ assignment, received, loaded: await fetchClip(this.api, assignment) });
    } catch (error) {
      if (error instanceof ApiError && !isTransient(error)) this.taken(error);
      else if (isSignedOut(error)) this.signedOut();
      else
        this.#say(say("noConnection"), say("noConnectionText"), [
          { label: say("tryAgain"), primary: true, act: () => void this.start(assignment) },
        ]);
      return;
    }
    await sent;
    this.#prefetch();
  }

  async submit() {
    const { bench } = this;
    if (!bench.working) return;
    const { session, autosave } = bench;
    if (session.tool === "hide" && session.regions.length) {
      bench.status(say("regionsFirst"));
      return;
    }
    if (!session.body.verdict) {
      bench.select(null);
      bench.status(say("verdictFirst"));
      bench.decision.focus();
      return;
    }
    void bench.reportWatched();
    const { id, urls } = session.assignment;
    const { body } = session;
    autosave.stop();
    // The next clip must not wait for this: the answer is in the outbox until the server has it.
    const delivered = autosave
      .idle()
      .then(() => this.outbox.send({ id, url: urls.submit, body, revision: autosave.revision }))
      .then((taken) => {
        if (taken) autosave.forget();
        this.#prefetch();
      });
    const ready = this.queue.takeReady();
    if (ready) {
      this.#open(ready);
    } else {
      this.#clear(say("submitting"));
      await delivered;
      await this.next();
    }
    this.#suggestBreak();
  }

  async flag() {
    const { bench } = this;
    if (!bench.working) return;
    bench.player.pause();
    const { schema, urls } = bench.session.assignment;
    const answer = await askReason("flag", schema.flag_categories);
    if (answer) await this.#release(urls.flag, { category: answer.code, note: answer.note }, say("flagged"));
  }

  async skip() {
    const { bench } = this;
    if (!bench.working) return;
    bench.player.pause();
    const { schema, urls } = bench.session.assignment;
    const answer = await askReason("skip", schema.skip_reasons);
    if (answer) await this.#release(urls.skip, { reason: answer.code, note: answer.note }, say("skipped"));
  }

  async sendRegions() {
    const { session } = this.bench;
    const { regions } = session;
    if (regions.length)
      await this.#release(session.assignment.urls.missed_regions, { regions }, say("regionsSent"));
  }

  /** @param {{ quietly?: boolean }} [options] */
  async extend({ quietly = false } = {}) {
    const { bench } = this;
    if (!bench.working) return;
    const { session } = bench;
    try {
      const { lease_until } = await this.api.send("POST", session.assignment.urls.extend);
      if (session !== bench.session) return;
      this.lease.extend(lease_until);
      bench.banners.hide("lease");
      if (!quietly) bench.status(say("extended"));
    } catch (error) {
      if (session !== bench.session) return;
      if (isGone(error)) this.taken(error);
      else if (!quietly)
        bench.status(error instanceof ApiError && error.message ? error.message : say("offline"));
    }
  }

  /**
   * The clip is no longer ours: it goes off the screen at once.
   *
   * @param {ApiError} error
   */
  taken(error) {
    if (!this.bench.working && this.#stopped.hidden) return;
    const known = { lease_lost: "leaseLost", already_submitted: "alreadySubmitted", clip_held: "clipHeld" }[
      error.code
    ];
    this.bench.autosave.stop();
    // Nothing of a withdrawn clip stays in this browser, and changes made after the submission do not count.
    if (error.code === "clip_held" || error.code === "already_submitted") this.bench.autosave.forget();
    this.#clear("");
    this.#say(known ? say(known) : say("clipGone"), known ? say(`${known}Text`) : error.message, [
      { label: say("nextClip"), primary: true, act: () => void this.next() },
      { label: say("toQueue"), href: this.home },
    ]);
  }

  /**
   * The session has ended: nothing is shown to whoever sits here now. The labels stay in this browser until the same
   * person signs in.
   */
  signedOut() {
    this.bench.autosave.stop();
    this.queue.drop();
    this.#clear("");
    this.#say(say("signedOut"), say("signedOutText"), [
      { label: say("signIn"), primary: true, act: () => location.reload() },
    ]);
  }

  async next() {
    this.#say(say("loading"), "", []);
    try {
      const ready = await this.queue.take();
      if (ready) {
        this.#open(ready);
        this.#prefetch();
      } else {
        this.#say(say("queueEmpty"), say("queueEmptyText"), [
          { label: say("toQueue"), primary: true, href: this.home },
        ]);
      }
    } catch (error) {
      if (isSignedOut(error)) {
        this.signedOut();
        return;
      }
      const text = error instanceof ApiError && error.message ? error.message : say("noConnectionText");
      this.#say(say("noNext"), text, [
        { label: say("tryAgain"), primary: true, act: () => void this.next() },
        { label: say("toQueue"), href: this.home },
      ]);
    }
  }

  /** @param {Ready} ready */
  #open(ready) {
    const { assignment, received } = ready;
    const before = this.bench.session.assignment.id;
    this.#stopped.hidden = true;
    this.#stopped.replaceChildren();
    this.bench.open(ready);
    this.lease.start(assignment, received);
    if (leaseLeft(assignment, received) < assignment.lease_seconds / 2) void this.extend({ quietly: true });
    if (assignment.id === before) return;
    history.replaceState(null, "", location.pathname.replace(before, assignment.id));
    byId("content", HTMLElement).focus({ preventScroll: true });
    this.bench.status(
      say("clipOpened", { project: assignment.project.name, seconds: Math.round(assignment.clip.duration) }),
    );
    // Fetched a while ago: the server says whether it may still be seen.
    void this.bench.reportWatched();
  }

  /** What was fetched ahead may have been withdrawn meanwhile. */
  async checkNext() {
    if (await this.queue.check()) this.#prefetch();
  }

  #prefetch() {
    if (this.bench.working && this.outbox.waiting === 0)
      this.queue.prefetch(this.bench.session.assignment.id);
  }

  /** @param {string} text */
  #clear(text) {
    this.lease.stop();
    this.#showLease(null, false);
    this.bench.close();
    if (text) this.#say(text, "", []);
  }

  /**
   * Releases a clip without labels (flag, skip, something to hide); it is off the screen before the server answers.
   *
   * @param {string} url
   * @param {unknown} payload
   * @param {string} done
   */
  async #release(url, payload, done) {
    const { bench } = this;
    const { autosave } = bench;
    // Both go first: once the clip is released, the server takes no more reports of it.
    const reported = Promise.all([bench.reportWatched(), autosave.flush()]);
    this.#clear(say("sending"));
    await reported;
    const send = async () => {
      this.#say(say("sending"), "", []);
      try {
        await this.api.send("POST", url, payload);
      } catch (error) {
        if (error instanceof ApiError && !isTransient(error)) this.taken(error);
        else
          this.#say(say("noConnection"), say("notSentText"), [
            { label: say("tryAgain"), primary: true, act: () => void send() },
          ]);
        return;
      }
      autosave.stop();
      autosave.forget();
      await this.next();
      bench.status(done); // also when the queue is empty: this clip is done
    };
    await send();
  }

  /** Suggests a break after a long time of work without one; nothing is stopped. */
  #suggestBreak() {
    const now = Date.now();
    const stretch = worked(readStretch(this.stretchKey), now);
    keepStretch(this.stretchKey, stretch);
    if (now - Math.max(stretch.since, this.suggestedAt) < SUGGEST_AFTER) return;
    this.suggestedAt = now;
    const { banners } = this.bench;
    banners.show("break", {
      text: say("takeBreak", { minutes: minutesWorked(stretch, now) }),
      choices: [
        { label: say("toQueue"), act: () => location.assign(this.home) },
        { label: say("later"), act: () => banners.hide("break") },
      ],
    });
  }

  #warn() {
    const text = say("leaseSoon");
    byId("alerts", HTMLElement).textContent = text;
    this.bench.banners.show("lease", {
      text,
      tone: "warn",
      choices: [
        {
          label: say("extend"),
          key: this.bench.help.keyOf("extend"),
          primary: true,
          act: () => void this.extend(),
        },
      ],
    });
  }

  /** @param {number | null} seconds @param {boolean} soon */
  #showLease(seconds, soon) {
    const text =
      seconds === null
        ? ""
        : `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
    this.#leaseLeft.textContent = text;
    byId("lease", HTMLElement).toggleAttribute("data-soon", soon);
  }

  /** @param {number} waiting @param {boolean} offline */
  #showWaiting(waiting, offline) {
    if (offline)
      this.bench.banners.show("outbox", { text: say("answersWaiting", { count: waiting }), tone: "warn" });
    else if (waiting === 0) this.bench.banners.hide("outbox");
  }

  /** @param {Answer} answer @param {ApiError} error */
  #answerRefused(answer, error) {
    const page = location.pathname.replace(this.bench.session.assignment.id, answer.id);
    const text = say("answerRefused", { reason: error.message });
    byId("alerts", HTMLElement).textContent = text;
    this.bench.banners.show("refused", {
      text,
      tone: "bad",
      choices: [
        { label: say("openThatClip"), primary: true, act: () => location.assign(page) },
        { label: say("dismiss"), act: () => this.bench.banners.hide("refused") },
      ],
    });
  }

  /** @param {string} title @param {string} text @param {Way[]} ways shown where the picture was */
  #say(title, text, ways) {
    this.#stopped.hidden = false;
    const controls = ways.map(({ label, primary, href, act }) => {
      const style = primary ? "button primary" : "button";
      return href
        ? html("a", { class: style, href }, label)
        : html("button", { type: "button", class: style, onclick: act }, label);
    });
    this.#stopped.replaceChildren(
      html("h2", {}, title),
      text ? html("p", {}, text) : "",
      html("div", { class: "toolbar" }, ...controls),
    );
    controls[0]?.focus();
  }
}
