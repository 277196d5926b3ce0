// Small behaviours that any page may ask for by a data attribute.
//   data-key="Enter"      the key presses this button or link while no field has the focus
//   data-confirm="..."    a form asks before it is sent
//   data-submit-on-change a filter form is sent when a control changes
//   data-print            a button prints the page
//   data-copy="ID"        this button copies the value of the field with that id; data-copied="..." is then said
//   data-announce="..."   text for screen readers, announced in #announcements when it has changed

const TYPING = "input, textarea, select, button, a[href], summary, [contenteditable], dialog";

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target instanceof Element && event.target.closest(TYPING)) return;
  for (const element of document.querySelectorAll("[data-key]")) {
    if (!(element instanceof HTMLElement) || element.dataset.key !== event.key) continue;
    event.preventDefault();
    element.click();
    return;
  }
});

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const question =
    (event.submitter instanceof HTMLElement && event.submitter.dataset.confirm) || form.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});

document.addEventListener("change", (event) => {
  const form = event.target instanceof Element ? event.target.closest("form[data-submit-on-change]") : null;
  if (form instanceof HTMLFormElement) form.requestSubmit();
});

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-print]")) print();
});

// What a part of a page asks over and over says so, as nobody is there for that: the session runs out meanwhile. The
// page of signing in, to which the site then leads, does not take the part's place.
document.addEventListener("htmx:configRequest", (event) => {
  const { headers, triggeringEvent } = /** @type {CustomEvent} */ (event).detail;
  if (!triggeringEvent) headers.Polls = "1";
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = /** @type {CustomEvent} */ (event);
  const { requestPath, responsePath } = detail.pathInfo;
  const here = (/** @type {string} */ path) => new URL(path, location.href).pathname;
  if (responsePath && here(responsePath) !== here(requestPath)) detail.shouldSwap = false;
});

document.addEventListener("htmx:afterSwap", () => {
  const source = document.querySelector("[data-announce]");
  const region = document.getElementById("announcements");
  if (!(source instanceof HTMLElement) || !region) return;
  const text = source.dataset.announce ?? "";
  if (region.textContent !== text) region.textContent = text;
});

for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!(button instanceof HTMLButtonElement) || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy ?? "");
    if (!(field instanceof HTMLInputElement)) return;
    await navigator.clipboard.writeText(field.value);
    const said = document.getElementById(`${field.id}-copied`);
    if (said) said.textContent = button.dataset.copied ?? "";
  });
}
