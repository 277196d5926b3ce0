/** The queue's home page: suggests a break after a long time of labeling. */

import { minutesWorked, readStretch, SUGGEST_AFTER } from "./breaks.js";

const notice = document.querySelector("[data-break]");
if (notice instanceof HTMLElement) {
  const minutes = minutesWorked(readStretch(`workbench:${notice.dataset.break}:stretch`), Date.now());
  notice.hidden = minutes * 60_000 < SUGGEST_AFTER;
  for (const place of notice.querySelectorAll("[data-minutes]")) place.textContent = String(minutes);
}
