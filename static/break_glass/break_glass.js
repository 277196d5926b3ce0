// Shows an original without redaction while its approval stands. Every view asks the server, which logs it first.

import { viewerMark } from "../workbench/mark.js";

const REPORT = 5000;
const root = /** @type {HTMLElement} */ (document.querySelector("[data-glass]"));
const video = /** @type {HTMLVideoElement} */ (root.querySelector("video"));
const button = /** @type {HTMLButtonElement} */ (root.querySelector("button"));
const status = /** @type {HTMLElement} */ (root.querySelector("[role=status]"));

let address = "";
let reported = "";

/** @param {string | undefined} url @param {unknown} [body] */
function send(url, body) {
  const token = document.cookie.match(/(?:^|; )(?:__Host-review_csrf|csrftoken)=([^;]+)/)?.[1] ?? "";
  const headers = { "X-CSRFToken": token, "Content-Type": "application/json" };
  return fetch(url ?? "", {
    method: "POST",
    headers,
    keepalive: true,
    body: body === undefined ? null : JSON.stringify(body),
  });
}

async function show() {
  button.disabled = true;
  try {
    const answer = await send(root.dataset.access);
    const said = await answer.json();
    if (said.code === "not_ready") {
      status.textContent = root.dataset.waiting ?? "";
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const media = await fetch(said.url, { cache: "no-store" });
    if (!media.ok) throw new Error(String(media.status));
    address = URL.createObjectURL(await media.blob());
    video.src = address;
    video.hidden = false;
    video.after(viewerMark(root.dataset.mark ?? ""));
    button.hidden = true;
    status.textContent = root.dataset.shown ?? "";
  } catch {
    status.textContent = root.dataset.message ?? "";
  } finally {
    button.disabled = false;
  }
}

/** What was played since the page began; told again only when it has changed. */
function report() {
  const ranges = Array.from({ length: video.played.length }, (_, n) => [
    video.played.start(n),
    video.played.end(n),
  ]);
  const now = JSON.stringify(ranges);
  if (!ranges.length || now === reported) return;
  reported = now;
  void send(root.dataset.watched, { ranges });
}

/** Tells what was played, and asks whether the access still stands: when it does not, nothing is shown any more. */
async function beat() {
  if (!address) return;
  report();
  const answer = await send(root.dataset.watched, { ranges: [] }).catch(() => null);
  if (answer && answer.status >= 400 && answer.status < 500) end();
}

function end() {
  report();
  video.pause();
  video.removeAttribute("src");
  video.load();
  video.hidden = true;
  button.hidden = true;
  root.querySelector(".mark")?.remove();
  if (address) URL.revokeObjectURL(address);
  address = "";
  status.textContent = root.dataset.over ?? "";
}

button.addEventListener("click", () => void show());
video.addEventListener("contextmenu", (event) => event.preventDefault());
setInterval(() => void beat(), REPORT);
addEventListener("pagehide", report);
setTimeout(end, Math.max(0, Date.parse(root.dataset.until ?? "") - Date.now()));
