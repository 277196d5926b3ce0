// Reading a table of entries by the keyboard, and times in the reader's own zone.
//   j k, arrows   next and previous row          Enter   follows the row's first link
//   o             opens and closes the row's bytes     /    the first filter

const TYPING = "input, textarea, select, [contenteditable], dialog";

/** @type {HTMLTableRowElement[]} */
const rows = [...document.querySelectorAll("[data-rows] tbody tr")].filter(
  (row) => row instanceof HTMLTableRowElement,
);
for (const [index, row] of rows.entries()) row.tabIndex = index ? -1 : 0;

/** @param {number} step */
function move(step) {
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))];
  if (!next) return false;
  for (const row of rows) row.tabIndex = row === next ? 0 : -1;
  next.focus();
  return true;
}

/** @param {(row: HTMLTableRowElement) => void} act */
function onRow(act) {
  const row = rows.find((each) => each === document.activeElement);
  if (row) act(row);
  return Boolean(row);
}

/** Whether the key did something. @type {Record<string, () => boolean>} */
const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  ArrowDown: () => onRow(() => move(1)),
  ArrowUp: () => onRow(() => move(-1)),
  Enter: () => onRow((row) => row.querySelector("a")?.click()),
  o: () => onRow((row) => row.querySelector("summary")?.click()),
  "/": () => {
    const field = document.querySelector("[data-filters] input, [data-filters] select");
    if (!(field instanceof HTMLElement)) return false;
    field.focus();
    return true;
  },
};

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target instanceof Element && event.target.closest(TYPING)) return;
  const act = KEYS[event.key];
  if (act?.()) event.preventDefault();
});

// The zone of this computer, one press away while the page shows another one.
const own = document.querySelector("[data-own-zone]");
const zone = document.querySelector("[data-filters] input[name=zone]");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (own instanceof HTMLButtonElement && zone instanceof HTMLInputElement && zone.value !== here) {
  own.textContent = `${own.dataset.ownZone} ${here}`;
  own.hidden = false;
  own.addEventListener("click", () => {
    zone.value = here;
    zone.form?.requestSubmit();
  });
}
