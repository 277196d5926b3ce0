// Shows the clip for as long as the button, or the key R, is held. Every reveal asks the server, which logs it.

import { Api } from "../js/api.js";
import { fetchProtected, ProtectedVideo } from "../player/protected.js";

const root = /** @type {HTMLElement} */ (document.querySelector("[data-reveal]"));
const poster = /** @type {HTMLImageElement} */ (root.querySelector("img"));
const video = /** @type {HTMLVideoElement} */ (root.querySelector("video"));
const button = /** @type {HTMLButtonElement} */ (root.querySelector("button"));
const status = /** @type {HTMLElement} */ (root.querySelector("[role=status]"));
const { reveal: token = "", mark = "" } = root.dataset;
const texts = root.dataset;

const api = new Api();
let held = false;
/** @type {ProtectedVideo | null} */
let shown = null;

async function reveal() {
  if (held) return;
  held = true;
  try {
    const blob = await fetchProtected(api, token);
    if (!held) return;
    shown = new ProtectedVideo(video, blob);
    video.hidden = false;
    shown.mark(mark);
    poster.hidden = true;
    await video.play();
    status.textContent = texts.shown ?? "";
  } catch {
    if (held) {
      hide();
      status.textContent = texts.message ?? "";
    }
  }
}

function hide() {
  if (!held) return;
  held = false;
  shown?.forget();
  shown = null;
  video.hidden = true;
  poster.hidden = false;
  status.textContent = texts.hidden ?? "";
}

function isReveal(/** @type {KeyboardEvent} */ event) {
  const typing = event.target instanceof HTMLElement && event.target.closest("textarea, input, select");
  if (event.ctrlKey || event.metaKey || event.altKey || typing) return false;
  return (
    event.key === "r" ||
    event.key === "R" ||
    (event.target === button && (event.key === " " || event.key === "Enter"))
  );
}

button.addEventListener("pointerdown", (event) => {
  button.setPointerCapture(event.pointerId);
  void reveal();
});
button.disabled = false; // as it comes, it cannot be pressed before somebody listens
for (const end of ["pointerup", "pointercancel", "contextmenu"]) button.addEventListener(end, hide);
document.addEventListener("keydown", (event) => {
  if (!isReveal(event)) return;
  event.preventDefault();
  void reveal();
});
document.addEventListener("keyup", (event) => {
  if (["r", "R", " ", "Enter"].includes(event.key)) hide();
});
window.addEventListener("blur", hide);
document.addEventListener("visibilitychange", hide);
video.addEventListener("contextmenu", (event) => event.preventDefault());
