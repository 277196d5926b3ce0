// Shows each <time datetime> in the reader's own zone; the UTC instant stays in the title.
// <time data-zoned> was written in a zone that the reader chose, and stays as it is.
// <time data-relative> counts ("3 minutes ago") and keeps the local time in the title as well.

const language = document.documentElement.lang || undefined;
const dateTime = new Intl.DateTimeFormat(language, {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
});
const precise = new Intl.DateTimeFormat(language, {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
});
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/**
 * @param {Date} instant
 * @param {Date} now
 */
function ago(instant, now) {
  const seconds = (instant.getTime() - now.getTime()) / 1000;
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size || unit === "second")
      return relative.format(Math.round(seconds / size), unit);
  }
  return "";
}

/** @param {ParentNode} root */
function localise(root) {
  for (const element of root.querySelectorAll("time[datetime]:not([data-localised], [data-zoned])")) {
    const time = /** @type {HTMLTimeElement} */ (element);
    const value = time.dateTime;
    if (!value.includes("T") || !/(Z|[+-]\d\d:?\d\d)$/.test(value)) continue; // a date, or no zone: shown as written
    const instant = new Date(value);
    if (Number.isNaN(instant.getTime())) continue;
    const utc = `${instant.toISOString().slice(0, 19).replace("T", " ")} UTC`;
    if (time.dataset.relative !== undefined) {
      time.textContent = ago(instant, new Date());
      time.title = `${precise.format(instant)}\n${utc}`;
    } else {
      time.textContent = (time.dataset.seconds !== undefined ? precise : dateTime).format(instant);
      time.title = utc;
    }
    time.dataset.localised = "";
  }
}

localise(document);
// Runs before the browser paints what htmx swapped in, so that times do not flicker.
document.addEventListener("htmx:afterSwap", (event) => localise(/** @type {HTMLElement} */ (event.target)));
