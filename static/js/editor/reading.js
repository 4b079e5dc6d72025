// Below the cell in hand: how its value was read, and a way to correct what was read wrongly.

import { splitAddress } from "./documents.js";
import { h, icon } from "./dom.js";
import { whenReleased } from "../pressing.js";

const COMPARISONS = ["", "≥", ">", "=", "<", "≤"];

export class Reading {
  constructor(sheet, store, grid) {
    Object.assign(this, { sheet, store, grid });
    this.strip = h("div", { class: "reading", id: "reading" });
    this.strip.addEventListener("keydown", (event) => event.stopPropagation());
    grid.addEventListener("select", ({ detail }) => this.follow(detail.cell));
    grid.addEventListener("leave", () => this.leave());
    grid.addEventListener("typed", () => !this.form && this.render());
    store.addEventListener("answer", whenReleased(() => !this.form && this.render()));
    this.strip.addEventListener("focusout", ({ relatedTarget }) => {
      if (!this.strip.contains(relatedTarget) && relatedTarget !== this.cell?.input) this.close();
    });
  }

  follow(cell) {
    if (cell.field !== "target" && cell.field !== "actual") return void this.close();
    this.form = null;
    this.cell = cell;
    this.render();
  }

  leave() {
    // The strip itself may take the focus.
    setTimeout(() => {
      if (!this.strip.contains(document.activeElement) && document.activeElement !== this.cell?.input) this.close();
    });
  }

  close() {
    this.cell?.input.removeAttribute("aria-describedby");
    this.cell = null;
    this.form = null;
    this.strip.remove();
  }

  // What the server read, if it read this very text.
  current() {
    const { code, field } = splitAddress(this.cell.address);
    const { document: saved, reading } = this.store.state;
    const number = saved.indicators.findIndex((row) => row.code === code);
    const text = this.store.get(this.cell.address);
    if (!text) return null;
    return number >= 0 && saved.indicators[number][field] === text ? reading[number][field] : { words: "正在读取…" };
  }

  render() {
    if (!this.cell) return;
    const read = this.current();
    if (!read) return void this.strip.remove();
    const correct = read.kind && !this.cell.locked && !this.sheet.readOnly &&
      h("button", { type: "button", class: "note-button", title: "改正读法", onclick: () => this.correct(read) }, "改正");
    this.strip.replaceChildren(h("span", { class: "reading-words" }, `读作 ${read.words}`), ...(correct ? [correct] : []));
    if (this.strip.parentNode !== this.cell.td) this.cell.td.append(this.strip);
    this.cell.input.setAttribute("aria-describedby", "reading");
  }

  correct(read) {
    const select = h("select", { "aria-label": "比较符号" }, COMPARISONS.map((one) => h("option", { value: one, selected: one === read.comparison }, one || "（无）")));
    const number = h("input", { "aria-label": "数值", inputmode: "decimal", value: read.number ?? "", size: "9" });
    const measure = h("input", { "aria-label": "计量单位", value: read.measure ?? "", size: "7" });
    const { cell } = this;
    this.form = h("form", { class: "reading-form", onsubmit: (event) => {
      event.preventDefault();
      const unit = measure.value.trim();
      const text = `${select.value}${number.value.trim()}${unit && `(${unit})`}`;
      this.form = null;
      this.store.write(cell.address, text, { label: "改正读法" });
      this.grid.goTo(cell.address);
    }, onkeydown: (event) => {
      if (event.key !== "Escape") return;
      this.form = null;
      this.grid.goTo(cell.address);
    } }, select, number, measure, h("button", { type: "submit", class: "note-button" }, icon("agree"), "用这个读法"));
    // The focus goes over before its button goes away.
    this.strip.append(this.form);
    (read.number ? select : number).focus();
    while (this.strip.firstChild !== this.form) this.strip.firstChild.remove();
  }
}
