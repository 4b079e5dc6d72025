// Rows: add, duplicate, delete, move, by key, by mouse and from a small menu.

import { newCode, rowAddress, splitAddress } from "./documents.js";
import { h, say } from "./dom.js";
import { BLANK_ROW } from "./clipboard.js";

const COPIED = ["level1", "level2", "name", "target", "actual", "weight", "score", "deviation_reason", "attainment"];

export class Rows {
  constructor(sheet, store, grid, { choose }) {
    Object.assign(this, { sheet, store, grid, choose });
    const root = sheet.root;
    const act = (name, run) => grid.addEventListener(name, ({ detail }) => this.of(detail.cell, (code) => run(code, detail)));
    act("addrow", (code) => this.add(code));
    act("deleterow", (code) => this.remove(code));
    act("moverow", (code, { up, cell }) => this.move(code, up ? -1 : 1, cell.field));
    act("menu", (code, { cell }) => this.openMenu(code, cell.td));
    document.addEventListener("click", (event) => this.clicked(event));
    root.addEventListener("dragstart", (event) => this.dragStart(event));
    root.addEventListener("dragover", (event) => this.dragOver(event));
    root.addEventListener("drop", (event) => this.drop(event));
    root.addEventListener("dragend", () => this.dragEnd());
    root.addEventListener("pointerdown", (event) => this.touchDrag(event));
  }

  of(cell, run) {
    const place = cell && splitAddress(cell.address);
    if (!place) return;
    if (this.sheet.locked) return void say("指标取自已批准的申报表，不能增删或移动");
    if (!this.sheet.readOnly) run(place.code);
  }

  clicked(event) {
    const button = event.target.closest("[data-menu]");
    if (button) return void this.openMenu(button.dataset.menu, button);
    const wanted = event.target.closest("[data-do]")?.dataset.do;
    if (wanted === "add") this.add(this.store.doc.indicators.at(-1)?.code ?? null, this.grid.column);
    if (wanted === "library") this.fromLibrary();
  }

  at(code) {
    return this.store.doc.indicators.findIndex((row) => row.code === code);
  }

  change(label, code, field, make) {
    const address = code && rowAddress(code, field ?? this.sheet.nameField());
    this.grid.commit();
    this.store.change(label, (doc) => ({ ...doc, indicators: make([...doc.indicators]) }), { address });
    if (address) this.grid.goTo(address);
  }

  // A row below (or above), of the same class as its neighbour.
  add(code, field, { above = false } = {}) {
    const at = this.at(code);
    const { level1 = "", level2 = "" } = this.store.doc.indicators[at] ?? {};
    const row = { ...BLANK_ROW, level1, level2, code: newCode() };
    const first = this.sheet.columns[0].field;
    this.change("添加一行", row.code, code === null ? first : field === "level1" || field === "level2" ? null : field, (rows) => {
      rows.splice(above ? Math.max(at, 0) : at + 1, 0, row);
      return rows;
    });
  }

  fromLibrary() {
    this.add(null, null);
    this.grid.goTo(rowAddress(this.store.doc.indicators.at(-1).code, this.sheet.nameField()));
    this.choose(this.grid.cell, "library");
  }

  duplicate(code) {
    const at = this.at(code);
    const source = this.store.doc.indicators[at];
    const copy = { ...Object.fromEntries(COPIED.filter((field) => field in source).map((field) => [field, source[field]])), code: newCode() };
    this.change("复制一行", copy.code, null, (rows) => {
      rows.splice(at + 1, 0, copy);
      return rows;
    });
  }

  remove(code) {
    const at = this.at(code);
    const { indicators } = this.store.doc;
    const neighbour = indicators[at + 1] ?? indicators[at - 1];
    const name = indicators[at].name || `第 ${at + 1} 行`;
    this.change("删除一行", neighbour?.code ?? null, this.grid.cell?.field, (rows) => {
      rows.splice(at, 1);
      return rows;
    });
    const step = this.store.done.at(-1);
    step.address = rowAddress(code, this.sheet.nameField());
    if (!neighbour) this.sheet.root.querySelector(".empty-hint")?.focus();
    say(`已删除「${name}」。按 Ctrl+Z 可撤销。`);
  }

  move(code, by, field) {
    this.moveTo(code, this.at(code) + by, field);
  }

  moveTo(code, to, field) {
    const at = this.at(code);
    if (to < 0 || to >= this.store.doc.indicators.length || to === at) return;
    this.change("移动一行", code, field, (rows) => {
      rows.splice(to, 0, ...rows.splice(at, 1));
      return rows;
    });
    say(`已移到第 ${to + 1} 行`);
  }

  // One row of a merged cell gets a class of its own.
  split(code, field) {
    this.change("拆分", code, field, (rows) =>
      rows.map((row) => (row.code === code ? { ...row, [field]: "", ...(field === "level1" ? { level2: "" } : {}) } : row)),
    );
    this.choose(this.grid.cell, "taxonomy");
  }

  // -- the menu ------------------------------------------------------------------------------------

  openMenu(code, anchor) {
    this.closeMenu();
    const at = this.at(code);
    const last = this.store.doc.indicators.length - 1;
    const opener = document.activeElement;
    const items = [
      ["在下方添加一行", "Alt+Insert", () => this.add(code)],
      ["在上方添加一行", "", () => this.add(code, null, { above: true })],
      ["复制这一行", "", () => this.duplicate(code)],
      ["上移", "Alt+↑", at > 0 && (() => this.move(code, -1))],
      ["下移", "Alt+↓", at < last && (() => this.move(code, 1))],
      ...this.sheet.columns.filter((column) => column.kind === "group").map((column) => [`拆分：只改这一行的${column.label}`, "", () => this.split(code, column.field)]),
      ["删除这一行", "Alt+Delete", () => this.remove(code)],
    ];
    this.menu = h("div", { class: "row-menu", role: "menu", "aria-label": `第 ${at + 1} 行的操作` },
      items.map(([label, key, run]) =>
        h("button", { type: "button", role: "menuitem", tabindex: "-1", disabled: !run, onclick: () => this.chosen(run) },
          h("span", {}, label), key && h("kbd", {}, key))),
    );
    this.opener = opener;
    document.getElementById("content").append(this.menu);
    const button = this.sheet.rows.get(code).tools.lastChild;
    button.setAttribute("aria-expanded", "true");
    this.menuButton = button;
    this.place(anchor);
    this.menu.addEventListener("keydown", (event) => this.menuKey(event));
    this.menu.addEventListener("focusout", ({ relatedTarget }) => {
      if (this.menu && !this.menu.contains(relatedTarget)) this.closeMenu();
    });
    this.menu.querySelector("button:not(:disabled)").focus();
  }

  place(anchor) {
    const box = anchor.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = this.menu;
    const left = Math.max(8, Math.min(box.left, innerWidth - offsetWidth - 8));
    const below = box.bottom + offsetHeight + 8 < innerHeight;
    this.menu.style.left = `${left + scrollX}px`;
    this.menu.style.top = `${(below ? box.bottom : Math.max(8, box.top - offsetHeight)) + scrollY}px`;
  }

  chosen(run) {
    this.closeMenu();
    run();
  }

  menuKey(event) {
    const items = [...this.menu.querySelectorAll("button:not(:disabled)")];
    const at = items.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
    if (next !== undefined) items[next % items.length].focus();
    else if (event.key === "Escape" || event.key === "Tab") {
      const { opener } = this;
      this.closeMenu();
      opener?.focus();
    } else return;
    event.preventDefault();
  }

  closeMenu() {
    const { menu } = this;
    this.menu = null;
    menu?.remove();
    this.menuButton?.setAttribute("aria-expanded", "false");
  }

  // -- dragging ------------------------------------------------------------------------------------

  dragStart(event) {
    const tr = event.target.closest?.(".row-handle")?.closest("tr");
    if (!tr) return;
    this.dragged = tr.dataset.code;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", this.store.doc.indicators[this.at(this.dragged)].name);
    event.dataTransfer.setDragImage(tr, 0, 0);
    tr.classList.add("is-dragged");
  }

  dragOver(event) {
    if (!this.dragged) return;
    const found = this.target(event);
    this.mark(found);
    if (found) event.preventDefault();
  }

  // The row under the mouse, and whether its lower half is.
  target({ clientX, clientY }) {
    const tr = document.elementFromPoint(clientX, clientY)?.closest?.("tr[data-code]");
    if (!tr) return null;
    const name = this.sheet.rows.get(tr.dataset.code).cells.get(this.sheet.nameField()).td.getBoundingClientRect();
    return { tr, below: clientY > name.top + name.height / 2 };
  }

  mark(found) {
    for (const tr of this.sheet.root.querySelectorAll(".drop-above, .drop-below")) tr.classList.remove("drop-above", "drop-below");
    found?.tr.classList.add(found.below ? "drop-below" : "drop-above");
  }

  drop(event) {
    if (!this.dragged) return;
    event.preventDefault();
    this.dropAt(this.target(event));
    this.dragEnd();
  }

  dropAt(found) {
    if (!found) return;
    const from = this.at(this.dragged);
    let to = this.at(found.tr.dataset.code) + (found.below ? 1 : 0);
    if (to > from) to -= 1;
    this.moveTo(this.dragged, to);
  }

  dragEnd() {
    this.mark(null);
    for (const tr of this.sheet.root.querySelectorAll(".is-dragged")) tr.classList.remove("is-dragged");
    this.dragged = null;
  }

  // Fingers do not start a drag of the browser's own.
  touchDrag(event) {
    const handle = event.target.closest?.(".row-handle");
    if (!handle || event.pointerType !== "touch") return;
    event.preventDefault();
    this.dragged = handle.closest("tr").dataset.code;
    handle.setPointerCapture(event.pointerId);
    const over = (move) => this.mark(this.target(move));
    const up = (end) => {
      handle.removeEventListener("pointermove", over);
      this.dropAt(this.target(end));
      this.dragEnd();
    };
    handle.addEventListener("pointermove", over);
    handle.addEventListener("pointerup", up, { once: true });
  }
}
