// Shows an original without redaction while its approval stands. Every view asks the server, which logs it first.

import { Api, ApiError } from "../js/api.js";
import { fetchProtected, ProtectedVideo } from "../player/protected.js";
import { Played, reportWatched } from "../player/watched.js";

const REPORT_EVERY = 5000;
const root = /** @type {HTMLElement} */ (document.querySelector("[data-token]"));
const video = /** @type {HTMLVideoElement} */ (root.querySelector("video"));
const button = /** @type {HTMLButtonElement} */ (root.querySelector("button"));
const status = /** @type {HTMLElement} */ (root.querySelector("[role=status]"));
const { token = "", watched = "", mark = "", until = "" } = root.dataset;
const texts = root.dataset;

const api = new Api();
const played = new Played(video);
/** @type {ProtectedVideo | null} */
let shown = null;

async function show() {
  button.disabled = true;
  try {
    shown = new ProtectedVideo(video, await fetchProtected(api, token));
    video.hidden = false;
    shown.mark(mark);
    button.hidden = true;
    status.textContent = texts.shown ?? "";
  } catch (error) {
    const waits = error instanceof ApiError && error.code === "not_ready";
    status.textContent = (waits ? texts.waiting : texts.message) ?? "";
  } finally {
    button.disabled = false;
  }
}

/** A report that fails is repeated with the next one. */
function report() {
  void reportWatched(api, watched, played, { keepalive: true }).catch(() => {});
}

/** Reports what was played, and asks whether the access still stands: when it does not, nothing is shown any more. */
async function check() {
  if (!shown) return;
  report();
  try {
    const { stands } = await api.send("POST", watched, { ranges: [] });
    if (!stands) end();
  } catch (error) {
    if (error instanceof ApiError && error.status < 500) end();
  }
}

function end() {
  report();
  shown?.forget();
  shown = null;
  video.hidden = true;
  button.hidden = true;
  status.textContent = texts.over ?? "";
}

button.addEventListener("click", () => void show());
button.disabled = false; // as it comes, it cannot be pressed before somebody listens
video.addEventListener("contextmenu", (event) => event.preventDefault());
setInterval(() => void check(), REPORT_EVERY);
addEventListener("pagehide", report);
setTimeout(end, Math.max(0, Date.parse(until) - Date.now()));
