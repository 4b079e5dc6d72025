// The margin beside the sheet: how numbers come about, what the rules offer, and the findings of a row.
// It is written anew after an answer only, and only where it says something else.

import { canonical, printed } from "./numbers.js";
import { isNumeric, rowAddress, same, splitAddress } from "./documents.js";
import { h, icon } from "./dom.js";
import { whenReleased } from "../pressing.js";

const LEVELS = { error: "错误", warning: "警告", hint: "提示" };
// Said by the offer and the finding beside it.
const SAID = /^(表上未印|得分未填)/;
const RANKS = ["error", "warning", "hint"];
const REASON = "funds.total.deviation_reason";

export class Margin {
  constructor(sheet, store, grid) {
    Object.assign(this, { sheet, store, grid });
    this.written = new WeakMap();
    this.marked = new Set();
    this.draw = whenReleased(() => this.render());
    store.addEventListener("answer", () => this.soon());
    grid.addEventListener("commit", () => this.soon());
    grid.addEventListener("select", ({ detail }) => this.follow(detail.cell));
    sheet.root.addEventListener("click", (event) => this.clicked(event));
    document.getElementById("cell-notes").addEventListener("click", (event) => this.clicked(event));
    this.addReason();
    this.render();
  }

  // The official sheet has no cell for it, so it stands beside the row it explains.
  addReason() {
    const total = this.sheet.cells.get("funds.total.executed");
    if (!total) return;
    const cell = { address: REASON, label: "执行率偏差原因", fixed: true, format: null };
    const box = h("div", { class: "reason-cell" });
    this.sheet.makeCell(box, cell);
    this.sheet.cells.set(REASON, cell);
    this.reason = h("div", { class: "reason" }, h("span", { "aria-hidden": "true" }, "执行率偏差原因"), box);
    this.sheet.noteOf(total).append(h("div", { class: "note-lines" }), this.reason);
  }

  soon() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.draw();
    });
  }

  render() {
    const pages = new Map(); // note element → {lines, findings, offers, levels}
    const page = (path) => {
      const cell = this.sheet.placeOf(path);
      const place = splitAddress(this.sheet.addressOf(path) ?? "");
      const note = place && this.sheet.rows.get(place.code) ? this.sheet.rows.get(place.code).note : cell && this.sheet.noteOf(cell);
      if (!note) return null;
      if (!pages.has(note)) pages.set(note, { lines: [], findings: [], offers: [], levels: null });
      return pages.get(note);
    };
    const { state } = this.store;
    for (const note of state.notes) page(note.path)?.lines.push(note);
    const levels = new Map();
    for (const finding of this.findings()) {
      page(finding.path)?.findings.push(finding);
      const cell = this.sheet.placeOf(finding.path);
      if (cell && (!levels.has(cell) || RANKS.indexOf(finding.level) < RANKS.indexOf(levels.get(cell)))) levels.set(cell, finding.level);
    }
    for (const [path, value] of Object.entries(state.offers)) {
      const address = this.sheet.addressOf(path);
      if (address && this.differs(address, value)) page(path)?.offers.push({ path, address, value });
    }
    state.levels.forEach((choice, number) => {
      if (choice && state.document.indicators[number]) page(`indicators.${number}.name`).levels = this.levelsFor(number, choice);
    });
    for (const tr of this.sheet.root.querySelectorAll("td.note")) this.write(tr, pages.get(tr) ?? null);
    this.mark(levels);
    this.follow(this.grid.cell);
  }

  findings() {
    const refused = [...this.store.refused]
      .filter(([address, one]) => this.store.get(address) === one.value)
      .map(([address, one]) => ({ path: this.store.pathOf(address), level: "error", code: "refused", message: `${one.message}，这一格没有保存`, refused: true }));
    return [...refused, ...this.store.state.findings].filter((one) => one.path !== null);
  }

  differs(address, value) {
    const here = this.store.get(address);
    return isNumeric(address) ? canonical(here) !== canonical(value) : !same(address, here, value);
  }

  levelsFor(number, choice) {
    const { code } = this.store.doc.indicators[number] ?? {};
    return code && { code, choice, chosen: this.store.get(rowAddress(code, "attainment")), read: this.store.state.evaluation?.indicators[number]?.attainment };
  }

  write(note, content) {
    const signature = JSON.stringify(content);
    if (this.written.get(note) === signature) return;
    this.written.set(note, signature);
    const parts = content ? this.parts(content) : [];
    const box = note.querySelector(":scope > .note-lines");
    const focused = note.contains(document.activeElement) && document.activeElement.dataset.act;
    (box ?? note).replaceChildren(...parts);
    if (focused) note.querySelector(`[data-act="${CSS.escape(focused)}"]`)?.focus();
  }

  parts({ lines, findings, offers, levels }) {
    return [
      ...lines.flatMap((line) => [
        line.explanation && h("p", { class: "note-line" }, line.explanation),
        ...line.comparisons.filter(({ text, agrees }) => agrees !== null || !SAID.test(text)).map(({ text, agrees }) =>
          h("p", { class: `note-line${agrees ? " agrees" : agrees === false ? " differs" : ""}` }, agrees ? icon("agree") : agrees === false && icon("differ"), text)),
      ]),
      levels && this.levelChoice(levels),
      ...offers.map((offer) => this.offer(offer)),
      ...findings.map((finding) => this.chip(finding)),
    ].filter(Boolean);
  }

  chip(finding) {
    const unconfirmed = finding.code === "copied.unconfirmed";
    const place = unconfirmed || finding.refused ? `${this.sheet.wordsFor(this.sheet.addressOf(finding.path) ?? finding.path)}：` : "";
    return h("p", { class: `note-line chip chip-${finding.level}` },
      icon(finding.level), h("strong", {}, unconfirmed ? "待确认" : LEVELS[finding.level]), ` ${place}${finding.message} `,
      unconfirmed && h("button", { type: "button", class: "note-button", "data-act": `confirm ${finding.path}`, title: "确认这一格无误（在格中按 Alt+Q）" }, "确认"));
  }

  offer({ path, address, value }) {
    const field = path.split(".").at(-1);
    const source = SOURCES[path.split(".")[1]];
    const own = path.startsWith("indicators.") ? "采用建议分" : OFFERS[field];
    const label = own ? `${source ? `${source}：` : ""}${own}` : `填入合计：${this.sheet.wordsFor(address)}`;
    return h("button", { type: "button", class: "note-button", "data-act": `take ${path}` }, `${label} ${this.printedOffer(path, value)}`);
  }

  printedOffer(path, value) {
    const format = this.sheet.placeOf(path)?.format;
    return format ? printed(value, format) : value;
  }

  levelChoice({ code, choice, chosen, read }) {
    const now = chosen || "";
    return h("div", { class: "levels", role: "group", "aria-label": "完成档次" },
      choice.map(({ value, label, low, high }) =>
        h("button", { type: "button", class: "level-button", "aria-pressed": String(now === value), "data-act": `level ${code} ${value}` },
          `${label} ${low}—${high}`, !now && read === value && h("span", { class: "muted" }, "（读得）"))));
  }

  // The frame of a cell and a word in its corner; never a colour alone.
  mark(levels) {
    for (const td of this.marked) td.classList.remove("has-error", "has-warning", "has-hint");
    this.marked = new Set();
    for (const [cell, level] of levels) {
      cell.td.classList.add(`has-${level}`);
      this.marked.add(cell.td);
    }
    const open = new Set(this.store.state.unconfirmed);
    for (const cell of this.sheet.cells.values()) {
      const path = this.store.pathOf(cell.address);
      cell.td.classList.toggle("is-unconfirmed", open.has(path));
      cell.input.setAttribute("aria-invalid", String(cell.td.classList.contains("has-error")));
    }
  }

  // On a narrow page the margin of the current row stands at the foot of the window.
  follow(cell) {
    const box = document.getElementById("cell-notes");
    const note = cell && this.sheet.noteOf(cell);
    const lines = note && (note.querySelector(":scope > .note-lines") ?? note);
    box.replaceChildren(...(lines ? [...lines.childNodes].map((node) => node.cloneNode(true)) : []));
    box.hidden = !box.childNodes.length;
  }

  clicked(event) {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (!act || this.sheet.readOnly) return;
    const [what, one, two] = act.split(" ");
    if (what === "confirm") this.confirm(this.sheet.addressOf(one));
    if (what === "take") this.take([one]);
    if (what === "level") this.choose(one, two);
  }

  confirm(address) {
    this.store.confirm(address);
  }

  take(paths, label = "采用") {
    const entries = paths
      .map((path) => [this.sheet.addressOf(path), this.store.state.offers[path]])
      .filter(([address, value]) => address && value !== undefined && this.differs(address, value));
    if (!entries.length) return 0;
    this.grid.commit();
    this.store.writeAll(entries, label, entries[0][0]);
    this.soon();
    return entries.length;
  }

  takeAllScores() {
    const paths = Object.keys(this.store.state.offers).filter((path) => /^indicators\.\d+\.score$/.test(path));
    return this.take(paths, "采用全部建议分");
  }

  choose(code, level) {
    const address = rowAddress(code, "attainment");
    this.store.writeAll([[address, this.store.get(address) === level ? null : level]], "选择完成档次", address);
    this.soon();
  }
}

const OFFERS = {
  execution_rate: "采用核算执行率",
  score: "采用核算得分",
  total_score: "采用核算得分",
  total_weight: "填入分值合计",
  rating: "采用核算等级",
};
const SOURCES = { appropriation: "当年财政拨款", carryover: "上年结转资金", other: "其他资金" };
