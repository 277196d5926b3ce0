// In a narrow window a table that would scroll sideways, or whose words would stand one below the other, becomes blocks:
// each row its own, each cell with its column's heading. tables.css does it to what is prepared here. Without scripts
// such a table scrolls sideways.

const COLUMNS = 4; // fewer stay side by side
const TALL = 80; // pixels of a row: more than three lines of words
const SHOWN = "a, button, input, img, svg, meter, progress";
const narrow = matchMedia("screen and (width <= 700px)");

/** Gives the cells of a table their headings, and the roles that a display of their own would take from them.
 *
 * @param {HTMLTableElement} table
 */
function prepare(table) {
  const heads = [...table.querySelectorAll("thead th")];
  const labels = heads.map((head) => {
    const visible = !head.querySelector(":scope > .visually-hidden");
    return visible ? (head.textContent ?? "").trim() : "";
  });
  table.setAttribute("role", "table");
  for (const group of table.querySelectorAll("thead, tbody")) group.setAttribute("role", "rowgroup");
  for (const head of heads) head.setAttribute("role", "columnheader");
  for (const row of table.rows) {
    row.setAttribute("role", "row");
    for (const [index, cell] of [...row.cells].entries()) {
      if (cell.closest("thead")) continue;
      cell.setAttribute("role", cell.tagName === "TH" ? "rowheader" : "cell");
      cell.dataset.label = labels[index] ?? "";
      if (/^\s*–?\s*$/.test(cell.textContent ?? "") && !cell.querySelector(SHOWN)) cell.dataset.nothing = "";
    }
  }
}

/** @param {HTMLTableElement} table */
function fits(table) {
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
  const room = table.parentElement?.clientWidth ?? 0;
  return table.offsetWidth <= room && rows.every((row) => row.offsetHeight <= TALL);
}

function arrange() {
  for (const table of document.querySelectorAll("table.data:not(.blocks)")) {
    if (!(table instanceof HTMLTableElement)) continue;
    table.classList.remove("stacks");
    if (!narrow.matches || table.querySelectorAll("thead th").length < COLUMNS) continue;
    if (table.querySelector("[colspan], [rowspan], thead tr + tr") || fits(table)) continue;
    if (!table.hasAttribute("role")) prepare(table);
    table.classList.add("stacks");
  }
}

arrange();
addEventListener("resize", arrange);
// Runs before the browser paints what htmx swapped in.
document.addEventListener("htmx:afterSwap", arrange);
