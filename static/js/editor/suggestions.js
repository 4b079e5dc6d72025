// What is offered while typing: classes of the year in the merged cells, indicators of the library and
// of the unit's earlier years in the name cell.

import { rowAddress, splitAddress } from "./documents.js";
import { say } from "./dom.js";
import { Listbox } from "./listbox.js";

const PAUSE = 200;

export class Suggestions {
  constructor(sheet, store, grid, api, { taxonomy, form, library }) {
    Object.assign(this, { sheet, store, grid, api, taxonomy, form, library });
    this.list = new Listbox(grid);
    grid.addEventListener("typed", ({ detail }) => this.typed(detail.cell));
    grid.addEventListener("edit", ({ detail }) => detail.cell.group && this.offerClasses(detail.cell, ""));
    for (const name of ["commit", "leave", "select"]) grid.addEventListener(name, () => this.close());
    sheet.root.addEventListener("keydown", (event) => this.key(event), true);
    addEventListener("scroll", () => this.list.opens && this.list.place(), { passive: true });
  }

  // Alt+↓ on a cell with suggestions opens them; elsewhere it moves the row.
  key(event) {
    const cell = event.target.cell;
    const wanted = event.ctrlKey && event.key === " ";
    if (!cell || !wanted || (!cell.group && cell.field !== this.sheet.nameField())) return;
    event.preventDefault();
    event.stopPropagation();
    this.open(cell, cell.group ? "taxonomy" : "library");
  }

  open(cell, kind) {
    if (!cell || cell.locked || this.sheet.readOnly) return;
    if (!cell.editing) this.grid.edit();
    if (kind === "taxonomy") this.offerClasses(cell, "", 0);
    else this.look(cell, this.sheet.raw(cell));
  }

  close() {
    clearTimeout(this.waiting);
    this.asked = null;
    this.list.close();
  }

  typed(cell) {
    clearTimeout(this.waiting);
    if (cell.group) return void this.offerClasses(cell, cell.input.value.trim());
    if (cell.field !== this.sheet.nameField()) return;
    const words = cell.input.value.trim();
    if (!words) return void this.close();
    this.waiting = setTimeout(() => this.look(cell, words), PAUSE);
  }

  // -- classes -------------------------------------------------------------------------------------

  classesFor(cell) {
    if (cell.field === "level1") return this.taxonomy.map(({ name }) => ({ name, parent: "" }));
    const [code] = this.sheet.held ?? this.sheet.codesOf(cell);
    const level1 = this.store.get(rowAddress(code, "level1"));
    const all = this.taxonomy.flatMap(({ name, children }) => children.map((child) => ({ name: child, parent: name })));
    const inside = all.filter(({ parent }) => parent === level1);
    return inside.length ? inside : all;
  }

  offerClasses(cell, words, active = -1) {
    const found = this.classesFor(cell).filter(({ name }) => !words || name.includes(words));
    const exact = found.length === 1 && found[0].name === words;
    this.list.open(cell, exact ? [] : found.map((one) => ({ main: one.name, aside: one.parent, value: one })), {
      label: cell.field === "level1" ? "一级指标" : "二级指标",
      active,
      choose: (one) => this.chooseClass(cell, one),
    });
  }

  chooseClass(cell, { name, parent }) {
    const codes = new Set(this.sheet.held ?? this.sheet.codesOf(cell));
    const depth = this.grid.mark?.depth ?? this.store.done.length;
    if (cell.editing) this.store.forget(depth);
    const field = cell.field;
    this.store.change("选择分类", (doc) => ({
      ...doc,
      indicators: doc.indicators.map((row) =>
        codes.has(row.code) ? { ...row, [field]: name, ...(parent && !row.level1 ? { level1: parent } : {}) } : row),
    }), { address: cell.address });
    this.grid.goTo(cell.address);
  }

  // -- the library ---------------------------------------------------------------------------------

  async look(cell, words) {
    const { code } = splitAddress(cell.address);
    const query = new URLSearchParams({ q: words, level2: this.store.get(rowAddress(code, "level2")), form: this.form });
    const asked = (this.asked = Symbol("asked"));
    const answer = await this.api.get(`${this.library}?${query}`).catch(() => null);
    if (this.asked !== asked || this.grid.cell !== cell || !cell.editing) return;
    if (!answer?.ok) return;
    const seen = new Set();
    const found = answer.data.filter((one) => {
      const key = `${one.level2}\n${one.name}\n${one.target}`;
      return !seen.has(key) && seen.add(key);
    });
    if (!found.length && !words) say("指标库中还没有指标");
    this.list.open(cell, found.map((one) => ({ main: one.name, aside: [one.target, one.level2, one.from].filter(Boolean).join(" · "), value: one })), {
      label: "指标库",
      choose: (one) => this.chooseIndicator(cell, one),
    });
  }

  chooseIndicator(cell, found) {
    const { code } = splitAddress(cell.address);
    this.store.forget(this.grid.mark?.depth ?? this.store.done.length);
    this.store.change("从指标库选取", (doc) => ({
      ...doc,
      indicators: doc.indicators.map((row) => (row.code === code ? filled(row, found) : row)),
    }), { address: cell.address });
    this.grid.goTo(cell.address);
    say(`已取用「${found.name}」`);
  }
}

function filled(row, found) {
  return {
    ...row,
    name: found.name,
    target: found.target || row.target,
    level2: row.level2 || found.level2,
    level1: row.level1 || (row.level2 ? "" : found.level1),
  };
}
