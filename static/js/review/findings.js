// What the checks found: open, to be let pass with a reason; and what was let pass, by whom and why.

import { byId, clock, h, icon } from "../editor/dom.js";
import { whenReleased } from "../pressing.js";
import { ask } from "./asking.js";

const LEVELS = [["error", "错误"], ["warning", "警告"], ["hint", "提示"]];
const RANKS = LEVELS.map(([level]) => level);

export class Findings extends EventTarget {
  constructor({ sheet, store, page, api }) {
    super();
    Object.assign(this, { sheet, store, page, api, form: page.findings, waived: page.waived });
    this.panel = byId("findings-list");
    store.addEventListener("answer", whenReleased(() => this.render()));
    this.render();
  }

  // Those of the form, and those of the reviewer's own scores.
  get open() {
    return [...this.reviewed(), ...this.form];
  }

  reviewed() {
    return this.store.state.findings.map((one) => ({ ...one, cell: one.path, own: true }));
  }

  errors() {
    return this.open.filter((one) => one.level === "error");
  }

  render() {
    const parts = LEVELS.map(([level, label]) => {
      const found = this.open.filter((one) => one.level === level);
      return found.length > 0 && h("section", {},
        h("h2", {}, h("span", { class: `level level-${level}` }, icon(level), `${label} ${found.length}`)),
        h("ul", { class: "finding-list" }, found.map((one) => this.line(one))));
    }).filter(Boolean);
    if (!parts.length) parts.push(h("p", { class: "muted" }, "没有待处理的检查结果。"));
    const [standing, past] = [this.waived.filter((one) => one.stands), this.waived.filter((one) => !one.stands)];
    if (standing.length) parts.push(h("h2", {}, `已豁免 ${standing.length}`), h("ul", { class: "review-list" }, standing.map((one) => this.waiver(one))));
    if (past.length) parts.push(h("details", {}, h("summary", {}, `不再有效的豁免 ${past.length}`), h("ul", { class: "review-list" }, past.map((one) => this.waiver(one)))));
    this.panel.replaceChildren(...parts);
    byId("count-findings").textContent = this.open.length || "";
    this.mark();
    this.dispatchEvent(new Event("change"));
  }

  line(finding) {
    const words = finding.cell
      ? h("button", { type: "button", class: "link-button finding-words", onclick: () => this.sheet.goToCell(finding.cell) }, finding.message)
      : h("span", { class: "finding-words" }, finding.message);
    return h("li", { class: `finding finding-${finding.level}` },
      h("span", { class: "visually-hidden" }, LEVELS[RANKS.indexOf(finding.level)][1], "："), words,
      h("span", { class: "basis" }, `依据：${finding.basis}`),
      this.page.may_waive && !finding.own && h("button", { type: "button", class: "note-button", onclick: () => this.waive(finding) }, "豁免"));
  }

  waiver(one) {
    return h("li", {},
      one.path ? h("button", { type: "button", class: "link-button", onclick: () => this.sheet.goToCell(one.path) }, one.message) : one.message,
      h("p", {}, `理由：${one.reason}`),
      h("p", { class: "aside" }, `${one.by}，${one.at.slice(0, 10)} ${clock(one.at)}`, one.revoked_by && `；${one.revoked_by} 已撤销`, !one.revoked_at && !one.stands && "；内容已变，豁免不再适用"),
      one.stands && this.page.may_waive && h("button", { type: "button", class: "note-button", onclick: () => this.revoke(one) }, "撤销豁免"));
  }

  waive(finding) {
    ask({
      title: "豁免这条检查结果",
      lead: [h("p", { class: `note-line chip chip-${finding.level}` }, icon(finding.level), finding.message), h("p", { class: "muted" }, "豁免记录在案；这一格以后改得使检查结果不同，豁免自动失效。")],
      label: "豁免理由",
      button: "豁免",
      needed: true,
      act: async (reason) => {
        const answer = await this.api.post("waivers", { path: finding.path, code: finding.code, message: finding.message, reason });
        if (!answer.ok) return answer;
        this.form = this.form.filter((one) => one !== finding);
        this.waived = [answer.data, ...this.waived];
        this.render();
        return answer;
      },
    });
  }

  async revoke(waiver) {
    const answer = await this.api.post(`waivers/${waiver.id}/revoke`, {});
    if (!answer.ok) return void alertIn(this.panel, answer);
    this.waived = this.waived.map((one) => (one.id === waiver.id ? answer.data : one));
    await this.refresh();
  }

  // After a waiver was taken back the server knows best what is open again.
  async refresh() {
    const answer = await this.api.get();
    if (answer.ok) {
      const known = new Map(this.page.findings.map((one) => [one.path + one.code + one.message, one.cell]));
      this.form = answer.data.findings.map((one) => ({ ...one, cell: known.get(one.path + one.code + one.message) ?? (this.sheet.cellFor(one.path) ? one.path : "") }));
    }
    this.render();
  }

  mark() {
    for (const cell of this.sheet.root.querySelectorAll(".has-error, .has-warning, .has-hint")) cell.classList.remove("has-error", "has-warning", "has-hint");
    const gravest = new Map();
    for (const { cell, level, own } of this.form) {
      if (cell && !own && (!gravest.has(cell) || RANKS.indexOf(level) < RANKS.indexOf(gravest.get(cell)))) gravest.set(cell, level);
    }
    for (const [path, level] of gravest) this.sheet.cellFor(path)?.classList.add(`has-${level}`);
  }
}

export function alertIn(panel, answer) {
  panel.querySelector(".notice-error")?.remove();
  panel.prepend(h("p", { class: "notice notice-error", role: "alert" }, answer.message || "服务器没有响应，请稍后重试"));
}
