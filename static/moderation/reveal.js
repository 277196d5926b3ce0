// Shows the clip for as long as the button, or the key R, is held. Every reveal asks the server, which logs it.

import { viewerMark } from "../workbench/mark.js";

const root = /** @type {HTMLElement} */ (document.querySelector("[data-reveal]"));
const poster = /** @type {HTMLImageElement} */ (root.querySelector("img"));
const video = /** @type {HTMLVideoElement} */ (root.querySelector("video"));
const button = /** @type {HTMLButtonElement} */ (root.querySelector("button"));
const status = /** @type {HTMLElement} */ (root.querySelector("[role=status]"));

const mark = viewerMark(root.dataset.mark ?? "");

let held = false;
let address = "";

function token() {
  return document.cookie.match(/(?:^|; )(?:__Host-review_csrf|csrftoken)=([^;]+)/)?.[1] ?? "";
}

async function reveal() {
  if (held) return;
  held = true;
  try {
    const answer = await fetch(root.dataset.reveal ?? "", {
      method: "POST",
      headers: { "X-CSRFToken": token() },
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const { url } = await answer.json();
    const media = await fetch(url, { cache: "no-store" });
    if (!media.ok) throw new Error(String(media.status));
    const blob = await media.blob();
    if (!held) return;
    address = URL.createObjectURL(blob);
    video.src = address;
    video.hidden = false;
    video.after(mark);
    poster.hidden = true;
    await video.play();
    status.textContent = root.dataset.shown ?? "";
  } catch {
    if (held) {
      hide();
      status.textContent = root.dataset.message ?? "";
    }
  }
}

function hide() {
  if (!held) return;
  held = false;
  video.pause();
  video.removeAttribute("src");
  video.load();
  video.hidden = true;
  mark.remove();
  poster.hidden = false;
  if (address) URL.revokeObjectURL(address);
  address = "";
  status.textContent = root.dataset.hidden ?? "";
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
