/* Long tables get a field that filters their rows, and headings that sort them. */
(() => {
  /** What a cell is sorted by: its first number where it has one, else its text. "> 12" has no
      success, so it comes after every number. */
  function key(cell) {
    const text = cell.textContent.trim();
    const found = text.replaceAll(",", "").match(/^(> )?(-?\d+(?:\.\d+)?)(?:\/(\d+))?/);
    if (!found) return [2, text];
    const value = found[3] ? Number(found[2]) / Number(found[3]) : Number(found[2]);
    return [found[1] ? 1 : 0, value];
  }

  const compare = (a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0);

  function mount(place, number) {
    const table = place.querySelector("table");
    if (!table) return;
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const field = document.createElement("input");
    field.type = "search";
    field.id = `filter-${number}`;
    const label = document.createElement("label");
    label.htmlFor = field.id;
    label.textContent = "Rows with ";
    const count = document.createElement("output");
    count.htmlFor = field.id;

    function filter() {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        shown += row.hidden ? 0 : 1;
      }
      count.textContent = `${shown} of ${rows.length} rows`;
    }

    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const falling = head.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", falling ? "descending" : "ascending");
        const sorted = rows.map((row) => [key(row.cells[column]), row]);
        sorted.sort((a, b) => (falling ? compare(b[0], a[0]) : compare(a[0], b[0])));
        body.append(...sorted.map(([, row]) => row));
      });
    });

    const line = document.createElement("p");
    line.className = "controls";
    line.append(label, field, count);
    place.prepend(line);
    field.addEventListener("input", filter);
    filter();
    place.dataset.ready = "true";
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".filter").forEach(mount));
})();
