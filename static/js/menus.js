// Menus are <details>, which open and close without this script. It closes the open one when the
// reader presses Escape, goes on to something else or presses beside it.

const OPEN = ":is(.page-group, .menu)[open]";

addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target instanceof Element ? event.target.closest(OPEN) : null;
  if (!menu) return;
  event.preventDefault(); // in a narrow window the bar itself stays open
  menu.removeAttribute("open");
  menu.querySelector("summary")?.focus();
});

/** @param {EventTarget | null} target */
function closeOthers(target) {
  for (const menu of document.querySelectorAll(OPEN))
    if (!(target instanceof Node && menu.contains(target))) menu.removeAttribute("open");
}

addEventListener("pointerdown", (event) => closeOthers(event.target));
addEventListener("focusin", (event) => closeOthers(event.target));
