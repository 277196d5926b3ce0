// Shows each <time datetime> in the reader's own zone; the title, which the server wrote, has it in UTC.
// <time data-zoned> was written in a zone that the reader chose, and stays as it is.
// <time data-relative> counts ("3 minutes ago") and keeps the local time in the title as well.

const language = document.documentElement.lang || undefined;
const dateTime = new Intl.DateTimeFormat(language, {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
  timeZoneName: "longOffset",
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

/**
 * As the server writes it: "30 Nov 2026, 12:15 +01:00".
 *
 * @param {Date} instant
 * @param {boolean} seconds
 */
function inWords(instant, seconds) {
  const parts = Object.fromEntries(dateTime.formatToParts(instant).map(({ type, value }) => [type, value]));
  const { day, month, year, hour, minute, second, timeZoneName } = parts;
  const time = seconds ? `${hour}:${minute}:${second}` : `${hour}:${minute}`;
  const distance = timeZoneName.replace("GMT", "").replace("+00:00", "") || "UTC";
  return `${day} ${month} ${year}, ${time} ${distance}`;
}

/** @param {ParentNode} root */
function localise(root) {
  for (const element of root.querySelectorAll("time[datetime]:not([data-localised], [data-zoned])")) {
    const time = /** @type {HTMLTimeElement} */ (element);
    const value = time.dateTime;
    if (!value.includes("T") || !/(Z|[+-]\d\d:?\d\d)$/.test(value)) continue; // a date, or no zone: shown as written
    const instant = new Date(value);
    if (Number.isNaN(instant.getTime())) continue;
    const { seconds, relative: counts } = time.dataset;
    if (counts === undefined) {
      time.textContent = inWords(instant, seconds !== undefined);
    } else {
      time.textContent = ago(instant, new Date());
      time.title = `${inWords(instant, true)}\n${time.title}`;
    }
    time.dataset.localised = "";
  }
}

localise(document);
// Runs before the browser paints what htmx swapped in, so that times do not flicker.
document.addEventListener("htmx:afterSwap", (event) => localise(/** @type {HTMLElement} */ (event.target)));
