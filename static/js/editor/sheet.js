// The official sheet as inputs. The server prints the fixed parts, this fills their cells and builds the
// rows of the tree. A keystroke touches one cell; rows are put in order without building them anew.

import { rowAddress, splitAddress } from "./documents.js";
import { h } from "./dom.js";
import { Matrix } from "./matrix.js";
import { printed } from "./numbers.js";

const IDENTITY = new Set(["department", "unit"]);
const TAKEN_OVER = new Set(["level1", "level2", "name", "target"]);
const GROWS = CSS.supports("field-sizing", "content");
const EM_PER_CENT = 0.566; // as in sheet.css
const PADDING = 0.7;

export class Sheet {
  constructor(root, store, { layout, locked }) {
    this.root = root;
    this.store = store;
    this.layout = layout;
    this.locked = locked;
    this.cells = new Map(); // address → {address, td, input, field, format, group, fixed, locked}
    this.rows = new Map(); // code → {tr, note, cells: Map(field → cell), tools}
    this.held = null; // the run of rows whose merged cell is being typed in
    this.readOnly = false;
    this.columns = this.treeColumns();
    this.tbody = root.querySelector(".sheet-indicators tbody");
    this.side = this.tbody.querySelector("th.side");
    this.fillFixed();
    for (const tr of [...this.tbody.rows]) if (!tr.classList.contains("closing")) tr.remove();
    this.sync();
  }

  treeColumns() {
    let start = this.layout.indicators.side ? 1 : 0;
    return this.layout.indicators.columns.map((spec, number) => {
      const column = {
        ...spec,
        number,
        start,
        label: spec.label.replace(/\s+/g, ""),
        locked: this.locked && TAKEN_OVER.has(spec.field),
        numeric: spec.field === "weight" || spec.field === "score",
        fit: this.fit(start, spec.span),
      };
      start += spec.span;
      return column;
    });
  }

  // How many characters stand on a line of a column: see the view of the printed sheet.
  fit(start, span) {
    const width = this.layout.columns.slice(start, start + span).reduce((sum, one) => sum + one, 0);
    return Math.floor(Math.max(1, width * EM_PER_CENT - PADDING));
  }

  // -- the fixed parts -----------------------------------------------------------------------------

  fillFixed() {
    const specs = new Map();
    const { head, goals, closing } = this.layout;
    for (const row of [...head, ...goals.header, ...goals.rows, ...closing])
      for (const spec of row) if (spec.field) specs.set(spec.field, spec);
    const matrix = new Matrix(this.root);
    for (const td of this.root.querySelectorAll("[data-path]")) {
      const path = td.dataset.path;
      const spec = specs.get(path);
      if (!spec) continue;
      const label = matrix.label(td);
      const locked = IDENTITY.has(path);
      td.textContent = "";
      this.cells.set(path, this.makeCell(td, { address: path, label, locked, fixed: true, format: spec.money || spec.format !== "plain" ? spec.format : null }));
    }
    this.joinFundNotes();
  }

  // The funds block has one margin, so that what is said of a total does not push its parts apart.
  joinFundNotes() {
    const rows = [...this.root.querySelectorAll(".sheet-head tr")].filter((tr) => tr.querySelector("[data-path^='funds.']"));
    const [first, ...others] = rows.map((tr) => tr.querySelector(":scope > .note"));
    if (!first) return;
    first.rowSpan = rows.length;
    for (const note of others) note.remove();
  }

  // The margin beside a cell: that of its row, or the one further up that reaches down to it.
  noteOf(cell) {
    let tr = cell.td.closest("tr");
    let note = null;
    for (; tr && !note; tr = tr.previousElementSibling) note = tr.querySelector(":scope > .note");
    return note;
  }

  makeCell(td, cell) {
    const input = h("textarea", {
      class: "cell-input",
      rows: "1",
      autocomplete: "off",
      spellcheck: "false",
      "data-address": cell.address,
      "aria-label": cell.label,
      readonly: cell.locked || this.readOnly,
    });
    td.dataset.address = cell.address;
    td.classList.add("cell");
    td.classList.toggle("is-locked", Boolean(cell.locked));
    td.append(input);
    Object.assign(cell, { td, input, shown: null });
    input.cell = cell;
    this.show(cell);
    return cell;
  }

  // -- the rows of the tree ------------------------------------------------------------------------

  // Rows and merged cells as the document has them. Elements are kept, so that nothing flickers.
  sync() {
    const { indicators } = this.store.doc;
    const active = document.activeElement;
    const caret = active?.cell && [active.selectionStart, active.selectionEnd];
    const present = new Set(indicators.map((row) => row.code));
    for (const [code, row] of this.rows) {
      if (present.has(code)) continue;
      row.tr.remove();
      for (const cell of row.cells.values()) this.cells.delete(cell.address);
      this.rows.delete(code);
    }
    this.side?.remove();
    const runs = this.runs();
    let previous = null;
    indicators.forEach((data, number) => {
      const row = this.rows.get(data.code) ?? this.makeRow(data.code);
      this.arrange(row, data.code, number, runs);
      const next = previous ? previous.nextElementSibling : this.tbody.firstElementChild;
      if (next !== row.tr) this.tbody.insertBefore(row.tr, next);
      previous = row.tr;
    });
    this.syncEmpty(indicators.length === 0);
    if (this.side) {
      this.side.rowSpan = Math.max(1, indicators.length);
      this.tbody.firstElementChild.prepend(this.side);
    }
    this.matrix = new Matrix(this.root);
    if (active?.cell && document.activeElement !== active) this.refocus(active, caret);
    this.refresh();
  }

  refocus(input, caret) {
    const cell = input.isConnected ? input.cell : this.cellOf(input.cell.address);
    if (!cell) return;
    const target = input.isConnected ? input : cell.input;
    this.keepingMode = true;
    target.focus({ preventScroll: true });
    target.setSelectionRange(...caret);
    this.keepingMode = false;
  }

  makeRow(code) {
    const note = h("td", { class: "note" });
    const row = { code, tr: h("tr", { class: "short", "data-code": code }), note, cells: new Map(), tools: null };
    row.tr.append(note);
    this.rows.set(code, row);
    if (!this.locked) row.tools = this.makeTools(code);
    return row;
  }

  makeTools(code) {
    const handle = h("button", { type: "button", class: "row-handle", tabindex: "-1", draggable: "true", title: "拖动这一行（Alt+↑ Alt+↓）", "aria-hidden": "true" }, "⠿");
    const menu = h("button", { type: "button", class: "row-menu-button", "aria-haspopup": "menu", "aria-expanded": "false", title: "这一行的操作（Shift+F10）", "data-menu": code }, "⋯");
    return h("span", { class: "row-tools" }, handle, menu);
  }

  // For each column that merges, the first row of each run and its length.
  runs() {
    const { indicators } = this.store.doc;
    let groups = [[0, indicators.length]];
    const found = new Map();
    for (const column of this.columns) {
      if (column.kind !== "group") continue;
      const next = [];
      for (const [first, length] of groups) {
        let start = first;
        for (let at = first + 1; at <= first + length; at += 1) {
          const value = indicators[start]?.[column.field] ?? "";
          const goesOn = at < first + length && value !== "" && indicators[at][column.field] === value;
          if (goesOn) continue;
          next.push([start, at - start]);
          start = at;
        }
      }
      groups = next;
      found.set(column.field, new Map(next));
    }
    return found;
  }

  arrange(row, code, number, runs) {
    const tds = [];
    for (const column of this.columns) {
      const length = column.kind === "group" ? runs.get(column.field).get(number) : 1;
      let cell = row.cells.get(column.field);
      if (!length) {
        if (cell) {
          row.cells.delete(column.field);
          this.cells.delete(cell.address);
          cell.td.remove();
        }
        continue;
      }
      if (!cell) {
        cell = this.makeTreeCell(code, column);
        row.cells.set(column.field, cell);
        this.cells.set(cell.address, cell);
      }
      cell.length = length;
      cell.td.rowSpan = length;
      const label = length > 1 ? `第 ${number + 1}—${number + length} 行 ${column.label}` : `第 ${number + 1} 行 ${column.label}`;
      if (cell.label !== label) {
        cell.label = label;
        cell.input.setAttribute("aria-label", label);
      }
      cell.td.id = `cell-indicators-${number}-${column.field}`;
      tds.push(cell.td);
    }
    if (row.tools) {
      row.cells.get(this.nameField()).td.append(row.tools);
      row.tools.lastChild.setAttribute("aria-label", `第 ${number + 1} 行的操作`);
    }
    const order = [...row.tr.children].filter((one) => one !== this.side && one !== row.note);
    if (order.length !== tds.length || order.some((td, at) => td !== tds[at])) row.tr.replaceChildren(...tds, row.note);
    row.number = number;
  }

  nameField() {
    return this.columns.find((column) => column.kind === "name").field;
  }

  makeTreeCell(code, column) {
    const tag = column.kind === "group" ? "th" : "td";
    const align = { left: tag === "th" ? "al" : "", center: tag === "th" ? "" : "ac", right: "ar" }[column.align];
    const td = h(tag, { class: [column.kind === "value" && column.numeric ? "number" : column.kind, column.start ? "" : "c0", align].filter(Boolean).join(" "), colspan: column.span > 1 ? column.span : null, scope: tag === "th" ? "rowgroup" : null });
    return this.makeCell(td, {
      address: rowAddress(code, column.field),
      field: column.field,
      column,
      label: column.label,
      group: column.kind === "group",
      locked: column.locked,
      format: column.numeric ? column.format : null,
    });
  }

  syncEmpty(empty) {
    if (!empty) {
      this.empty?.remove();
      return;
    }
    if (!this.empty) {
      const span = this.columns.reduce((sum, column) => sum + column.span, 0);
      this.empty = h("tr", { class: "short empty-row" },
        h("td", { class: this.side ? "" : "c0", colspan: span },
          h("div", { class: "empty-hint", tabindex: "0", role: "group", "aria-label": "还没有指标：可在此粘贴" },
            h("strong", {}, "还没有指标"),
            h("span", {}, "从 Excel 或 WPS 复制整块指标（可带标题行），点这里后按 Ctrl+V 粘贴；"),
            h("span", {}, "也可"),
            h("button", { type: "button", class: "link-button", "data-do": "add" }, "添加一行"),
            h("span", {}, "自己填写，或"),
            h("button", { type: "button", class: "link-button", "data-do": "library" }, "从指标库选取"),
            h("span", {}, "。")),
        ),
        h("td", { class: "note" }));
    }
    this.tbody.prepend(this.empty);
  }

  // -- what stands in the cells --------------------------------------------------------------------

  // The cell that shows an address; for a merged cell the one of the first row of its run.
  cellOf(address) {
    const found = this.cells.get(address);
    if (found) return found;
    const place = splitAddress(address);
    if (!place) return null;
    const { indicators } = this.store.doc;
    for (let at = indicators.findIndex((row) => row.code === place.code); at >= 0; at -= 1) {
      const cell = this.cells.get(rowAddress(indicators[at].code, place.field));
      if (cell) return cell;
    }
    return null;
  }

  // The rows that a cell stands for.
  codesOf(cell) {
    const place = splitAddress(cell.address);
    if (!place) return [];
    const { indicators } = this.store.doc;
    const first = indicators.findIndex((row) => row.code === place.code);
    return indicators.slice(first, first + (cell.length ?? 1)).map((row) => row.code);
  }

  raw(cell) {
    return String(this.store.get(cell.address) ?? "");
  }

  display(cell) {
    const value = this.raw(cell);
    if (cell.format) return printed(value, cell.format);
    if (cell.group && value.endsWith("指标") && !value.includes("\n")) {
      const headLength = value.length - 2;
      const { fit } = cell.column;
      if (value.length > fit && Math.ceil(headLength / fit) + 1 === Math.ceil(value.length / fit))
        return `${value.slice(0, headLength)}\n指标`;
    }
    return value;
  }

  show(cell) {
    const text = cell.editing ? this.raw(cell) : this.display(cell);
    if (cell.shown === text && cell.input.value === text) return;
    cell.shown = text;
    cell.input.value = text;
    if (!GROWS) this.grow(cell.input);
  }

  grow(input) {
    if (GROWS) return;
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight}px`;
  }

  refresh() {
    for (const cell of this.cells.values()) if (!cell.editing) this.show(cell);
  }

  // The part of the page that a change touched: one cell, or the rows as well.
  update({ before }) {
    if (this.held) return;
    const [old, now] = [before.indicators, this.store.doc.indicators];
    const groups = this.columns.filter((column) => column.kind === "group").map((column) => column.field);
    const regrouped = old.length !== now.length || now.some((row, at) => row.code !== old[at].code || groups.some((field) => row[field] !== old[at][field]));
    if (regrouped) this.sync();
    else this.refresh();
  }

  hold(cell) {
    this.held = cell ? this.codesOf(cell) : null;
    if (!cell) this.sync();
  }

  setReadOnly() {
    this.readOnly = true;
    for (const cell of this.cells.values()) cell.input.readOnly = true;
    this.root.classList.add("is-read-only");
  }

  // The cell in whose place a path of the API is shown: itself, the merged cell over it, the name of its
  // row, the first cell inside it, or the nearest above; null for the form as a whole.
  placeOf(path) {
    let here = path;
    while (here) {
      const address = this.addressOf(here);
      const cell = address && this.cellOf(address);
      if (cell) return cell;
      const row = /^indicators\.(\d+)$/.exec(here);
      const code = row && this.store.doc.indicators[Number(row[1])]?.code;
      if (code) return this.rows.get(code).cells.get(this.nameField());
      for (const one of this.cells.values()) if (one.fixed && one.address.startsWith(`${here}.`)) return one;
      const first = here === "indicators" && this.store.doc.indicators[0];
      if (first) return this.rows.get(first.code).cells.get(this.nameField());
      here = here.includes(".") ? here.slice(0, here.lastIndexOf(".")) : "";
    }
    return null;
  }

  addressOf(path) {
    const found = /^indicators\.(\d+)\.(\w+)$/.exec(path);
    if (!found) return path;
    const row = this.store.doc.indicators[Number(found[1])];
    return row ? rowAddress(row.code, found[2]) : null;
  }

  // A cell in words: 「第 3 行 三级指标」.
  wordsFor(address, doc = this.store.doc) {
    const place = splitAddress(address);
    if (!place) return this.cells.get(address)?.label || OTHER_WORDS[address] || address;
    const number = doc.indicators.findIndex((row) => row.code === place.code);
    const field = this.columns.find((column) => column.field === place.field)?.label ?? OTHER_WORDS[place.field] ?? "整行";
    return number < 0 ? `已删的行 ${field}` : `第 ${number + 1} 行 ${field}`;
  }
}

const OTHER_WORDS = {
  attainment: "完成档次",
  order: "各行的次序",
  "funds.total.deviation_reason": "执行率偏差原因",
};
