// The sheet as a grid: which cell covers which row and column, spans taken into account. The tables of
// the sheet stand in one another's columns, so they are one grid.

export class Matrix {
  constructor(root) {
    this.rows = [];
    this.places = new Map();
    for (const table of root.querySelectorAll(".sheet-table")) this.add(table);
  }

  add(table) {
    for (const section of [table.tHead, ...table.tBodies]) {
      if (!section) continue;
      const first = this.rows.length;
      for (const tr of section.rows) this.rows.push({ tr, cells: [] });
      [...section.rows].forEach((tr, number) => this.place(tr, first + number));
    }
  }

  place(tr, row) {
    let column = 0;
    for (const td of tr.cells) {
      if (td.classList.contains("note")) continue;
      const here = this.rows[row].cells;
      while (here[column]) column += 1;
      this.places.set(td, { row, column, rows: td.rowSpan, columns: td.colSpan });
      for (let down = 0; down < td.rowSpan && this.rows[row + down]; down += 1)
        for (let right = 0; right < td.colSpan; right += 1) this.rows[row + down].cells[column + right] = td;
      column += td.colSpan;
    }
  }

  at(row, column) {
    return this.rows[row]?.cells[column] ?? null;
  }

  // The next cell that takes input, from ``td`` in a direction; ``column`` and ``row`` keep to a line.
  step(td, direction, { row, column }) {
    const place = this.places.get(td);
    if (!place) return null;
    const open = (cell) => cell && cell !== td && cell.dataset.address;
    if (direction === "up" || direction === "down") {
      let at = direction === "down" ? place.row + place.rows : place.row - 1;
      for (; this.rows[at]; at += direction === "down" ? 1 : -1) {
        if (open(this.at(at, column))) return this.at(at, column);
        const nearest = this.nearest(at, column, open);
        if (nearest) return nearest;
      }
      return null;
    }
    let at = direction === "right" ? place.column + place.columns : place.column - 1;
    const line = Math.min(Math.max(row, place.row), place.row + place.rows - 1);
    for (; at >= 0 && at < this.rows[line].cells.length; at += direction === "right" ? 1 : -1)
      if (open(this.at(line, at))) return this.at(line, at);
    return null;
  }

  nearest(row, column, open) {
    const cells = this.rows[row].cells;
    for (let away = 1; away < cells.length; away += 1) {
      if (open(cells[column - away])) return cells[column - away];
      if (open(cells[column + away])) return cells[column + away];
    }
    return null;
  }

  // Every cell that takes input, in reading order.
  ordered() {
    const seen = new Set();
    for (const { cells } of this.rows)
      for (const td of cells) if (td?.dataset.address) seen.add(td);
    return [...seen];
  }

  // What the sheet calls a cell of its fixed part: the label to its left, and the heading above it.
  label(td) {
    const { row, column } = this.places.get(td);
    const words = [];
    let left = null;
    for (let at = column - 1; at >= 0 && !left; at -= 1) {
      const cell = this.at(row, at);
      if (cell?.classList.contains("label") && cell.textContent.trim()) left = cell;
    }
    if (left && /\bin\d\b/.test(left.className)) words.push(this.above(left, (cell) => cell.classList.contains("label") && !/\bin\d\b/.test(cell.className)));
    if (left) words.push(left.textContent);
    words.push(this.above(td, (cell) => cell.classList.contains("column")));
    return words
      .map((word) => (word ?? "").replace(/\s+/g, "").replace(/^其中[:：]/, "").replace(/[:：]$/, ""))
      .filter(Boolean)
      .join(" ");
  }

  above(td, fits) {
    const { row, column } = this.places.get(td);
    const table = td.closest("table");
    for (let at = row - 1; this.rows[at]?.tr.closest("table") === table; at -= 1) {
      const cell = this.at(at, column);
      if (cell && fits(cell) && cell.textContent.trim()) return cell.textContent;
    }
    return "";
  }
}
