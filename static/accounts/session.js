// Tells whoever is on a page before their session ends. What they do there counts as being there. Once it is over the
// page is hidden, until the same person has signed in again: what they had typed is still there.

import { Countdown } from "./countdown.js";

const EVERY = 5000;
const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("session-dialog"));
const { seconds = "0", warning = "0", address = "", person = "" } = dialog.dataset;
const countdown = new Countdown(Date.now(), Number(seconds), Number(warning));

for (const kind of ["pointerdown", "keydown", "wheel"]) {
  addEventListener(kind, (event) => {
    if (!(event.target instanceof Node && dialog.contains(event.target))) countdown.act();
  });
}
dialog.querySelector("[data-stay]")?.addEventListener("click", () => void ask());
dialog.querySelector("[data-back]")?.addEventListener("click", () => void ask());
dialog.addEventListener("cancel", (event) => {
  if (isAway()) event.preventDefault();
});
setInterval(check, EVERY);

function check() {
  if (isAway()) return;
  const due = countdown.due(Date.now());
  if (due === "ask") void ask();
  if (due === "tell") show("soon");
  if (due === "over") {
    over(); // whether or not there is a network
    void ask();
  }
}

function isAway() {
  return "away" in document.body.dataset;
}

/** Asks how long the session lasts, which another tab may have made longer. */
async function ask() {
  try {
    const answer = await fetch(address, { redirect: "manual", headers: { Accept: "application/json" } });
    if (!answer.ok) return over();
    const told = await answer.json();
    if (told.person !== person) return over();
    countdown.begin(Date.now(), told.seconds);
    delete document.body.dataset.away;
    dialog.close();
  } catch {
    // without a network nobody knows; the next check asks again
  }
}

function over() {
  document.body.dataset.away = "";
  show("over");
}

/** @param {"soon" | "over"} part */
function show(part) {
  for (const each of dialog.querySelectorAll("[data-shown]")) {
    if (each instanceof HTMLElement) each.hidden = each.dataset.shown !== part;
  }
  dialog.setAttribute("aria-labelledby", part === "soon" ? "session-title" : "session-over-title");
  if (!dialog.open) dialog.showModal();
}
