// Everything about the row at hand: how its suggestion comes about, last year's figures, its evidence,
// what was found and what was said there.

import { rowAddress } from "../editor/documents.js";
import { canonical } from "../editor/numbers.js";
import { byId, h, icon, say } from "../editor/dom.js";

export class RowPanel {
  constructor({ sheet, store, page, findings, comments }) {
    Object.assign(this, { sheet, store, page, findings, comments });
    this.panel = byId("panel-row");
    sheet.addEventListener("row", () => this.render());
    findings.addEventListener("change", () => this.render());
    comments.addEventListener("change", () => this.render());
    this.render();
  }

  render() {
    const number = Number(this.sheet.current);
    if (!number) {
      this.panel.replaceChildren(h("p", { class: "muted" }, "点表中的一行，这里列出它的核算、上年数、材料、检查结果和批注。点任意一格可以批注。"));
      return;
    }
    byId("count-row").textContent = `第 ${number}`;
    const row = this.page.rows[number - 1];
    const inside = ({ path, cell }) => `${path ?? cell ?? ""}.`.startsWith(`indicators.${number - 1}.`);
    const found = this.findings.open.filter(inside);
    const said = this.comments.list.filter(inside);
    this.panel.replaceChildren(...[
      h("h2", {}, `第 ${number} 行　${row.name}`),
      this.points(row),
      row.explanation && h("p", {}, row.explanation),
      ...row.comparisons.map(({ text, agrees }) => h("p", { class: `note-line${agrees ? " agrees" : agrees === false ? " differs" : ""}` }, agrees === true && icon("agree"), agrees === false && icon("differ"), text)),
      h("h3", {}, row.last ? `${row.last.year} 年` : "上年"),
      row.last ? h("dl", { class: "last-row" }, row.last.values.map(([label, value]) => h("div", {}, h("dt", {}, label), h("dd", {}, value)))) : h("p", { class: "muted" }, "上年没有这一行。"),
      h("h3", {}, `佐证材料${row.files.length ? ` ${row.files.length}` : ""}`),
      row.files.length ? h("ul", { class: "review-list" }, row.files.map((file) => h("li", {}, h("a", { href: file.href }, icon("download"), file.name)))) : h("p", { class: "muted" }, "这一行没有材料。"),
      found.length > 0 && h("h3", {}, `检查结果 ${found.length}`),
      found.length > 0 && h("ul", { class: "finding-list" }, found.map((one) => this.findings.line(one))),
      h("h3", {}, `批注${said.length ? ` ${said.length}` : ""}`),
      said.length > 0 && h("ul", { class: "comment-list" }, said.map((one) => this.comments.line(one, { placed: true }))),
      h("p", {}, h("button", { type: "button", class: "button", onclick: () => this.comments.compose(this.sheet.path) }, "批注这一行")),
    ].filter(Boolean));
  }

  points(row) {
    if (!this.page.points) return null;
    const given = this.store.get(rowAddress(row.code, "score"));
    const takes = this.page.scores && row.code && row.suggested && canonical(given || row.score) !== canonical(row.suggested);
    return h("dl", { class: "row-points" },
      ...[["分值", row.weight], ["自评", row.score], ["建议", row.suggested]].map(([label, value]) => h("div", {}, h("dt", {}, label), h("dd", {}, value || "—"))),
      takes && h("div", {}, h("dt", { class: "visually-hidden" }, "采用"), h("dd", {}, h("button", { type: "button", class: "button", title: "Alt+A", onclick: () => this.takeSuggested() }, "采用建议分"))));
  }

  takeSuggested() {
    const row = this.page.rows[Number(this.sheet.current) - 1];
    if (!row?.suggested || !row.code || !this.page.scores) return;
    this.sheet.write(rowAddress(row.code, "score"), row.suggested, "采用建议分");
    this.render();
    say(`第 ${this.sheet.current} 行已采用建议分 ${row.suggested}`);
  }
}
