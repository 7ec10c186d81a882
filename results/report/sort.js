// SPDX-License-Identifier: GPL-3.0-or-later
// Tables that can be sorted get a button in the head of each column. Numbers are in data-value, in base
// units; cells without one are texts, or have no value and come last, whatever the direction.
"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  const value = (row, column) => {
    const cell = row.cells[column];
    if (column === 0) return cell.textContent;
    return "value" in cell.dataset ? Number(cell.dataset.value) : NaN;
  };
  const order = (a, b) => typeof a === "string" ? a.localeCompare(b, "en", { numeric: true }) : a - b;
  const sort = (head, column) => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    const rows = [...body.rows].map((row) => ({ row, key: value(row, column) }));
    const last = (key) => Number(typeof key === "number" && isNaN(key));
    rows.sort((a, b) => last(a.key) - last(b.key) || (last(a.key) ? 0 : (up ? 1 : -1) * order(a.key, b.key)));
    body.append(...rows.map(({ row }) => row));
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.setAttribute("aria-label", "sort by " + head.dataset.name);
    button.addEventListener("click", () => sort(head, column));
    head.insertBefore(button, head.querySelector("small"));
  });
}
