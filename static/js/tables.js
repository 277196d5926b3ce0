// In a narrow window a table of many columns becomes blocks: each row its own, each cell with its column's heading.
// tables.css does it to what is prepared here. Without scripts such a table scrolls sideways.

const COLUMNS = 4; // fewer stay side by side
const SHOWN = "a, button, input, img, svg, meter, progress";

/** @param {ParentNode} root */
function prepare(root) {
  for (const table of root.querySelectorAll("table.data:not(.blocks, .stacks)")) {
    const heads = [...table.querySelectorAll("thead th")];
    if (heads.length < COLUMNS || table.querySelector("[colspan], [rowspan], thead tr + tr")) continue;
    const labels = heads.map((head) => {
      const visible = !head.querySelector(":scope > .visually-hidden");
      return visible ? (head.textContent ?? "").trim() : "";
    });
    table.classList.add("stacks");
    table.setAttribute("role", "table"); // which a display of its own would take from it
    for (const group of table.querySelectorAll("thead, tbody")) group.setAttribute("role", "rowgroup");
    for (const head of heads) head.setAttribute("role", "columnheader");
    for (const row of table.querySelectorAll("tr")) {
      row.setAttribute("role", "row");
      for (const [index, cell] of [...row.cells].entries()) {
        if (cell.closest("thead")) continue;
        cell.setAttribute("role", cell.tagName === "TH" ? "rowheader" : "cell");
        cell.dataset.label = labels[index] ?? "";
        if (!cell.textContent?.trim() && !cell.querySelector(SHOWN)) cell.dataset.nothing = "";
      }
    }
  }
}

prepare(document);
// Runs before the browser paints what htmx swapped in. What was swapped is asked for, and its table if it is a part.
document.addEventListener("htmx:afterSwap", () => prepare(document));
