// Signing out empties the browser's storage: unsent labels are offered first.

import { unsent } from "./unsent.js";

for (const form of document.querySelectorAll("form[data-sign-out]")) {
  if (form instanceof HTMLFormElement) form.addEventListener("submit", (event) => offer(form, event));
}

/**
 * @param {HTMLFormElement} form
 * @param {SubmitEvent} event
 */
function offer(form, event) {
  const dialog = document.getElementById("unsent-dialog");
  if (
    !(dialog instanceof HTMLDialogElement) ||
    dialog.open ||
    !unsent(localStorage, form.dataset.signOut ?? "")
  ) {
    return;
  }
  event.preventDefault();
  dialog.showModal();
  dialog.querySelector("[data-drop]")?.addEventListener("click", () => form.submit(), { once: true });
  dialog.querySelector("[data-close]")?.addEventListener("click", () => dialog.close(), { once: true });
}
