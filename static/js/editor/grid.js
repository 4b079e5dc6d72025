// Moving about like in a spreadsheet. A cell is selected (typing replaces what it says, arrows move) or
// edited (arrows move in the text, and leave it at its ends).

import { splitAddress } from "./documents.js";

const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

export class Grid extends EventTarget {
  constructor(sheet, store) {
    super();
    this.sheet = sheet;
    this.store = store;
    this.cell = null;
    this.mode = "select";
    this.line = { row: 0, column: 0 };
    this.range = null; // {anchor, head}: addresses of cells of the tree
    this.popup = null; // what gets the keys first: suggestions that are open
    const root = sheet.root;
    root.addEventListener("focusin", (event) => this.entered(event));
    root.addEventListener("focusout", (event) => this.left(event));
    root.addEventListener("pointerdown", (event) => this.pressed(event));
    root.addEventListener("pointermove", (event) => this.dragged(event));
    root.addEventListener("keydown", (event) => this.key(event));
    root.addEventListener("input", (event) => this.typed(event));
    // Characters on their way through an input method are no text yet.
    root.addEventListener("compositionstart", (event) => event.target.cell && this.edit({ typing: true }));
    root.addEventListener("compositionend", (event) => this.typed(event));
    addEventListener("pointerup", () => (this.dragging = false));
  }

  emit(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  // -- entering and leaving ------------------------------------------------------------------------

  entered({ target }) {
    const cell = target.cell;
    if (!cell) return;
    if (this.sheet.keepingMode) {
      this.cell = cell;
      return;
    }
    if (this.cell === cell && this.mode === "edit" && cell.editing) return;
    this.cell = cell;
    this.mode = "select";
    cell.td.classList.add("is-current");
    target.select();
    const place = this.sheet.matrix.places.get(cell.td);
    if (place && !this.keepLine) this.line = { row: place.row, column: place.column };
    this.emit("select", { cell });
    // A finger that taps a cell wants to write in it.
    if (this.touched) this.edit({ keepCaret: true });
    this.touched = false;
  }

  left({ target }) {
    const cell = target.cell;
    if (!cell || this.sheet.keepingMode) return;
    cell.td.classList.remove("is-current");
    this.commit(cell);
    this.emit("leave", { cell });
    if (this.cell === cell) this.cell = null;
  }

  // What was typed stays; the cell shows it as the sheet prints it.
  commit(cell = this.cell) {
    if (!cell?.editing) return;
    cell.editing = false;
    cell.td.classList.remove("is-editing");
    this.mode = "select";
    if (cell.group && this.sheet.held) this.sheet.hold(null);
    else this.sheet.show(cell);
    this.emit("commit", { cell });
  }

  edit({ typing = false, keepCaret = false } = {}) {
    const { cell } = this;
    if (!cell || cell.editing || cell.locked || this.sheet.readOnly) return;
    this.mode = "edit";
    cell.editing = true;
    cell.td.classList.add("is-editing");
    this.store.seal();
    this.mark = { depth: this.store.done.length };
    if (cell.group) this.sheet.hold(cell);
    this.clearRange();
    const raw = this.sheet.raw(cell);
    if (!typing && cell.input.value !== raw) {
      cell.input.value = raw;
      cell.shown = raw;
    }
    if (!typing && !keepCaret) cell.input.setSelectionRange(raw.length, raw.length);
    this.emit("edit", { cell });
  }

  typed({ target, isComposing = false }) {
    const cell = target.cell;
    if (!cell || cell.locked || this.sheet.readOnly) return;
    if (isComposing) return void this.sheet.grow(target);
    if (!cell.editing) this.edit({ typing: true });
    cell.shown = target.value;
    this.sheet.grow(target);
    const codes = cell.group ? this.sheet.held ?? this.sheet.codesOf(cell) : null;
    if (codes) {
      const fill = (doc) => ({ ...doc, indicators: doc.indicators.map((row) => (codes.includes(row.code) ? { ...row, [cell.field]: target.value } : row)) });
      this.store.change("填写", fill, { address: cell.address, typing: cell.address });
    } else this.store.write(cell.address, target.value, { typing: true });
    this.emit("typed", { cell });
  }

  // Escape: the value as it was before editing.
  giveBack() {
    const { cell } = this;
    if (!cell?.editing) return;
    this.store.forget(this.mark.depth);
    cell.editing = false;
    cell.td.classList.remove("is-editing");
    this.mode = "select";
    if (cell.group) this.sheet.hold(null);
    this.sheet.show(cell);
    cell.input.select();
    this.emit("commit", { cell });
  }

  // -- moving --------------------------------------------------------------------------------------

  go(cell, { keepLine = false } = {}) {
    if (!cell) return false;
    this.commit();
    const current = cell.td.isConnected ? cell : this.sheet.cellOf(cell.address);
    if (!current) return false;
    this.keepLine = keepLine;
    if (document.activeElement === current.input) this.entered({ target: current.input });
    else current.input.focus({ preventScroll: true });
    this.keepLine = false;
    this.reveal(current.td);
    return true;
  }

  goTo(address) {
    const cell = this.sheet.cellOf(address);
    return cell ? this.go(cell) : false;
  }

  // Into view, clear of the head of the page.
  reveal(td) {
    const head = document.querySelector(".editor-bar")?.getBoundingClientRect();
    const top = (head && getComputedStyle(document.querySelector(".editor-bar")).position === "sticky" ? head.bottom : 0) + 30;
    const box = td.getBoundingClientRect();
    if (box.top < top) scrollBy({ top: box.top - top - 60, behavior: "instant" });
    else if (box.bottom > innerHeight - 60) scrollBy({ top: Math.min(box.bottom - innerHeight + 120, box.top - top), behavior: "instant" });
    const scroll = td.closest(".sheet-scroll");
    const frame = scroll.getBoundingClientRect();
    if (box.left < frame.left + 40) scroll.scrollLeft -= frame.left + 48 - box.left;
    else if (box.right > frame.right) scroll.scrollLeft += Math.min(box.right - frame.right + 8, box.left - frame.left - 40);
  }

  move(direction) {
    const { cell } = this;
    this.commit();
    const td = this.sheet.matrix.step(cell.td.isConnected ? cell.td : this.sheet.cellOf(cell.address).td, direction, this.line);
    if (!td) return false;
    const place = this.sheet.matrix.places.get(td);
    if (direction === "left" || direction === "right") this.line = { row: this.line.row, column: place.column };
    else this.line = { row: place.row, column: this.line.column };
    return this.focusTd(td, true);
  }

  focusTd(td, keepLine = false) {
    const input = td.querySelector("textarea, .empty-hint");
    if (input?.cell) return this.go(input.cell, { keepLine });
    input?.focus();
    return Boolean(input);
  }

  // The next or previous cell in reading order.
  tab(backwards) {
    const { cell } = this;
    this.commit();
    const order = this.sheet.matrix.ordered();
    const at = order.indexOf(cell.td.isConnected ? cell.td : this.sheet.cellOf(cell.address)?.td);
    const next = at < 0 ? null : order[at + (backwards ? -1 : 1)];
    return next ? this.focusTd(next) : false;
  }

  down() {
    const { cell } = this;
    const codes = this.sheet.codesOf(cell);
    const last = this.store.doc.indicators.at(-1)?.code;
    const add = document.querySelector("[data-do='add'].button");
    if (codes.includes(last) && add && !this.sheet.locked) {
      this.commit();
      this.column = cell.field;
      add.focus();
      return;
    }
    if (!this.move("down")) cell.input.select();
  }

  // -- keys ----------------------------------------------------------------------------------------

  key(event) {
    const cell = event.target.cell;
    if (!cell || event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
    if (this.popup?.key(event)) return void event.preventDefault();
    const handled = this.shortcut(event) || (this.mode === "edit" ? this.keyInText(event, cell) : this.keyOnCell(event, cell));
    if (handled) event.preventDefault();
  }

  shortcut(event) {
    const detail = { cell: this.cell, key: event.key };
    if (event.key === "Tab" && !event.ctrlKey && !event.altKey) return this.tab(event.shiftKey);
    if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) return this.ask("menu", detail);
    if (!event.altKey || event.ctrlKey || event.metaKey) return false;
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      if (this.popup?.opens) return false;
      return this.ask("moverow", { ...detail, up: event.key === "ArrowUp" });
    }
    if (event.key === "Insert") return this.ask("addrow", detail);
    if (event.key === "Delete") return this.ask("deleterow", detail);
    if (event.key.toLowerCase() === "q") return this.ask("confirm", detail);
    if (event.key.toLowerCase() === "m") return this.ask("comments", detail);
    if (event.key === "ArrowRight" && this.mode === "select") return this.ask("aside", detail);
    return false;
  }

  ask(name, detail) {
    this.emit(name, detail);
    return true;
  }

  keyInText(event, cell) {
    const { input } = cell;
    if (event.key === "Escape") return this.giveBack() || true;
    if (event.key === "Enter") {
      if (event.altKey || event.ctrlKey || event.metaKey) return this.newline(input);
      if (event.shiftKey) return this.move("up") || true;
      return this.down() || true;
    }
    const direction = ARROWS[event.key];
    if (!direction || event.shiftKey || event.ctrlKey || event.metaKey) return false;
    const [start, end, all] = [input.selectionStart, input.selectionEnd, input.value.length];
    if (start !== end) return false;
    const back = direction === "up" || direction === "left";
    return (back ? start === 0 : end === all) && this.move(direction);
  }

  newline(input) {
    input.setRangeText("\n", input.selectionStart, input.selectionEnd, "end");
    input.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  }

  keyOnCell(event, cell) {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const direction = ARROWS[event.key];
    if (direction && plain) {
      if (event.shiftKey) return this.extend(direction);
      this.clearRange();
      return this.move(direction) || true;
    }
    if (event.key === "F2" || (event.key === "Enter" && plain && !event.shiftKey)) {
      if (cell.locked || this.sheet.readOnly) return this.down() || true;
      return this.edit() || true;
    }
    if (event.key === "Enter" && (event.altKey || event.ctrlKey)) {
      this.edit();
      return this.newline(cell.input);
    }
    if (event.key === "Enter") return this.move("up") || true;
    if (event.key === "Escape") return this.clearRange() || true;
    if (event.key === "Delete" || event.key === "Backspace") return this.ask("clear", { cell });
    if (event.key === "Home" || event.key === "End") return plain || event.ctrlKey ? this.edge(event) : false;
    if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) return this.selectAll(cell);
    return false;
  }

  edge({ key, ctrlKey }) {
    const order = this.sheet.matrix.ordered();
    if (ctrlKey) return this.focusTd(key === "Home" ? order[0] : order.at(-1));
    const { cells } = this.sheet.matrix.rows[this.line.row];
    const open = cells.filter((td) => td?.dataset.address);
    return this.focusTd(key === "Home" ? open[0] : open.at(-1));
  }

  // -- the mouse -----------------------------------------------------------------------------------

  // A first press selects the cell, a second one puts the caret into its text.
  pressed(event) {
    const td = event.target.closest?.(".cell");
    if (!td || event.button !== 0 || event.target.closest("button, .row-tools, .reading")) return;
    const cell = td.querySelector("textarea").cell;
    if (document.activeElement === cell.input && event.target === cell.input) {
      if (this.mode === "select") {
        this.clearRange();
        this.edit({ keepCaret: true });
      }
      return;
    }
    if (event.shiftKey && this.cell?.column && cell.column) {
      event.preventDefault();
      return void this.setRange(this.range?.anchor ?? this.cell.address, cell.address);
    }
    this.clearRange();
    this.touched = event.pointerType === "touch" && event.target === cell.input;
    if (this.touched) return;
    event.preventDefault();
    this.dragging = true;
    this.go(cell);
  }

  dragged(event) {
    if (!this.dragging || !this.cell?.column) return;
    const td = document.elementFromPoint(event.clientX, event.clientY)?.closest?.(".cell");
    const cell = td?.querySelector("textarea")?.cell;
    if (!cell?.column || (cell === this.cell && !this.range)) return;
    this.setRange(this.cell.address, cell.address);
  }

  // -- selections of several cells -----------------------------------------------------------------

  clearRange() {
    if (!this.range) return;
    this.range = null;
    for (const td of this.sheet.root.querySelectorAll(".in-range")) td.classList.remove("in-range");
  }

  setRange(anchor, head) {
    this.clearRange();
    this.range = { anchor, head };
    const { rows, columns } = this.block();
    for (const code of rows)
      for (const column of columns) this.sheet.cellOf(`row:${code}.${column.field}`)?.td.classList.add("in-range");
    this.emit("range", { rows: rows.length, columns: columns.length });
  }

  extend(direction) {
    if (!this.cell?.column) return true;
    const anchor = this.range?.anchor ?? this.cell.address;
    const { code, field } = splitAddress(this.range?.head ?? this.cell.address);
    const { indicators } = this.store.doc;
    const { columns } = this.sheet;
    let row = indicators.findIndex((one) => one.code === code);
    let column = columns.findIndex((one) => one.field === field);
    if (direction === "up") row -= 1;
    if (direction === "down") row += this.range ? 1 : (this.cell.length ?? 1);
    if (direction === "left") column -= 1;
    if (direction === "right") column += 1;
    row = Math.min(Math.max(row, 0), indicators.length - 1);
    column = Math.min(Math.max(column, 0), columns.length - 1);
    this.setRange(anchor, `row:${indicators[row].code}.${columns[column].field}`);
    this.reveal(this.sheet.cellOf(this.range.head).td);
    return true;
  }

  selectAll(cell) {
    const { indicators } = this.store.doc;
    if (!cell.column || !indicators.length) return false;
    const { columns } = this.sheet;
    this.setRange(`row:${indicators[0].code}.${columns[0].field}`, `row:${indicators.at(-1).code}.${columns.at(-1).field}`);
    return true;
  }

  // The rows (codes) and columns selected: the range, or the current cell alone.
  block() {
    const { indicators } = this.store.doc;
    const ends = this.range ? [this.range.anchor, this.range.head] : [this.cell.address, this.cell.address];
    const places = ends.map((address) => splitAddress(address));
    const rows = places.map((place) => indicators.findIndex((row) => row.code === place.code));
    const columns = places.map((place) => this.sheet.columns.findIndex((column) => column.field === place.field));
    const last = Math.max(...rows) + (this.range ? 0 : (this.cell.length ?? 1) - 1);
    return {
      rows: indicators.slice(Math.min(...rows), last + 1).map((row) => row.code),
      columns: this.sheet.columns.slice(Math.min(...columns), Math.max(...columns) + 1),
    };
  }
}
